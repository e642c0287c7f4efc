from training import doctor


def test_what_it_prints_can_be_typed(monkeypatch, capsys):
    """Square brackets are pip's extras here, not the console's markup."""
    finding = (None, "vllm [absent]", "pip install -c constraints.txt -e '.[vllm]'")
    monkeypatch.setattr(doctor, "findings", lambda: [finding])
    assert doctor.examine() == 0
    printed = capsys.readouterr().out
    assert "vllm [absent]" in printed and "'.[vllm]'" in printed
