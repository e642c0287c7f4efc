"""Both layouts: what is asked is what is read back, and awkward completions are read the same way every time."""

from pathlib import Path

import pytest

from prover.dialogue import Chat, Proposal, Small, dialogue
from prover.model import ModelConfig, build_tokenizer
from verify.statements import BadInput

TEMPLATE = (
    "{% for m in messages %}<|{{ m.role }}|>\n{{ m.content }}\n{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>\n{% endif %}"
)
WITHOUT_SYSTEM = "{% if messages[0].role == 'system' %}{{ raise_exception('no system voice') }}{% endif %}" + TEMPLATE
NOTHING = Proposal(None, None, None)


def tokenizer(template=TEMPLATE):
    built = build_tokenizer(["a b c"], ModelConfig(vocab_size=300))
    built.chat_template = template
    return built


@pytest.fixture(scope="module")
def chat():
    return Chat(tokenizer())


@pytest.mark.parametrize("reader", [Small(), Chat(None)])
@pytest.mark.parametrize(
    ("text", "content"),
    [
        (r"\boxed{1} no, \boxed{ 2 }.", "2"),
        (r"\boxed{\frac{1}{2}}", r"\frac{1}{2}"),
        (r"\boxed{\{1, 2\}}", r"\{1, 2\}"),
        (r"\boxed{8", None),
        (r"\boxed{ }", None),
        (r"boxed{9}", None),
        ("", None),
    ],
)
def test_an_answer_is_the_last_box(reader, text, content):
    assert reader.read_answer(text) == content


# Small


def test_the_small_layout_speaks_with_the_tags_of_every_tokenizer():
    small = Small()
    assert small.proposer_prompt("Add\nfirst. ") == "<conjecture>Add first.<hard>"
    assert small.proposer_prompt("") == "<conjecture><hard>"
    assert small.solver_prompt(" 7+5 ") == "<prove>7+5<by>"
    assert small.proposer_prompt("a <by> b") == "<conjecture>a < by> b<hard>"


def test_small_reads_what_it_teaches():
    small, worked = Small(), r"7+5=12;\boxed{12}"
    assert small.read_proposal(small.proposer_target("7+5", worked)) == Proposal("7+5", worked, "12")
    assert small.read_answer(small.solver_target(worked)) == "12"


@pytest.mark.parametrize(
    ("completion", "proposal"),
    [
        (r"7+5<by>\boxed{12", Proposal("7+5", r"\boxed{12", None)),
        (r"7+5<by>", Proposal("7+5", None, None)),
        (r"<by>7+5=12;\boxed{12}", NOTHING),
        (r"  <by>\boxed{12}", NOTHING),
        (r"7+5=12;\boxed{12}", NOTHING),
        (r"7+5<by>\boxed{12}<by>\boxed{13}", NOTHING),
        (r"<prove>7+5<by>\boxed{12}", NOTHING),
        (r"7+5<by>\boxed{12}<pad>", NOTHING),
        ("", NOTHING),
    ],
)
def test_awkward_proposals_in_the_small_layout(completion, proposal):
    assert Small().read_proposal(completion) == proposal


def test_a_solver_that_goes_on_to_another_question_has_not_answered():
    assert Small().read_answer(r"\boxed{12}<prove>3+4<by>\boxed{7}") is None
    assert Small().read_answer("7+5=12") is None


# Chat


def test_the_chat_layout_goes_through_the_models_template(chat):
    prompt = chat.proposer_prompt("Euclid's algorithm.")
    assert prompt.startswith("<|system|>\nYou are the proposer")
    assert "Euclid's algorithm." in prompt
    assert prompt.endswith("<|assistant|>\n<think>\n")
    assert "\\boxed{}" in prompt and "<problem>" in prompt
    solver = chat.solver_prompt("What is 2+3?")
    assert "You are the solver" in solver and "What is 2+3?" in solver and "\\boxed{}" in solver
    assert Chat(chat.tokenizer, think=False).solver_prompt("q").endswith("<|assistant|>\n")


def test_without_knowledge_none_is_spoken_of(chat):
    assert "nowledge" not in chat.proposer_prompt(" ")


def test_a_template_that_thinks_is_not_told_twice():
    assert Chat(tokenizer(TEMPLATE + "<think>\n")).solver_prompt("q").count("<think>") == 1


@pytest.mark.parametrize("system", [True, False])
def test_a_model_that_thinks_of_its_own_accord_is_told_not_to(system):
    trl = pytest.importorskip("trl", reason="trl is not installed")
    qwen3 = (Path(trl.__file__).parent / "chat_templates" / "qwen3.jinja").read_text()
    if not system:
        qwen3 = WITHOUT_SYSTEM.removesuffix(TEMPLATE) + qwen3
    prompt = {think: Chat(tokenizer(qwen3), think).solver_prompt("q") for think in (True, False)}
    assert prompt[True].endswith("<|im_start|>assistant\n<think>\n")
    assert prompt[False].endswith("<|im_start|>assistant\n<think>\n\n</think>\n\n")


def test_a_template_without_a_system_voice_gets_the_instruction_in_front():
    prompt = Chat(tokenizer(WITHOUT_SYSTEM)).solver_prompt("What is 2+3?")
    assert prompt.startswith("<|user|>\nYou are the solver")
    assert "What is 2+3?" in prompt


def test_the_opening_that_encoding_adds_is_not_in_the_text_too():
    from tokenizers.processors import TemplateProcessing

    built = tokenizer("<eos>" + TEMPLATE)
    built.bos_token = "<eos>"
    assert Chat(built).solver_prompt("q").startswith("<eos>")
    built.backend_tokenizer.post_processor = TemplateProcessing(single="<eos> $A", special_tokens=[("<eos>", 1)])
    prompt = Chat(built).solver_prompt("q")
    assert prompt.startswith("<|system|>")
    assert built(prompt).input_ids.count(built.bos_token_id) == 1


def test_a_model_without_a_chat_template_is_refused_in_words():
    with pytest.raises(BadInput, match="no chat template"):
        Chat(tokenizer(None)).solver_prompt("q")


def test_chat_reads_what_it_teaches(chat):
    worked = "First, 7+5=12.\n\\boxed{12}"
    assert chat.read_proposal(chat.proposer_target("What is 7+5?", worked)) == Proposal("What is 7+5?", worked, "12")
    assert chat.read_answer(chat.solver_target(worked)) == "12"


ANSWER = r"<answer>It is \boxed{12}.</answer>"


@pytest.mark.parametrize(
    ("completion", "question", "answer"),
    [
        (f"<problem>A</problem>{ANSWER}", "A", "12"),
        (f"<problem>draft</problem></think><problem>A</problem>{ANSWER}", "A", "12"),
        (f"</think><problem>draft</problem></think><problem>A</problem>{ANSWER}", "A", "12"),
        (f"<problem>A</problem>{ANSWER} See <problem>B</problem>", "A", "12"),
        (f"<problem>A</problem>{ANSWER}</think>", None, None),
        (r"\boxed{3}</think><problem>A</problem> no box", "A", None),
        (f"<problem>A {ANSWER}", None, "12"),
        (f"<problem> </problem>{ANSWER}", None, "12"),
        (r"<problem>A</problem>\boxed{1} better \boxed{2}", "A", "2"),
        ("", None, None),
    ],
)
def test_awkward_proposals_in_the_chat_layout(chat, completion, question, answer):
    proposal = chat.read_proposal(completion)
    assert (proposal.question, proposal.answer) == (question, answer)


def test_a_box_in_the_thoughts_is_no_answer(chat):
    assert chat.read_answer(r"maybe \boxed{3}</think> I do not know") is None
    assert chat.read_answer(r"maybe \boxed{3}</think> \boxed{4}") == "4"


def test_the_layout_is_chosen_by_its_name():
    assert dialogue("small", tokenizer(None)) == Small()
    assert isinstance(dialogue("chat", tokenizer()), Chat)
