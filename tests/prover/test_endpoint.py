"""The endpoint's sampler against a real HTTP server on loopback that misbehaves as it is told to."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from prover.endpoint import EndpointSampler
from prover.sampler import SamplerError, SamplingSettings
from verify.statements import BadInput

SETTINGS = SamplingSettings(temperature=0.7, top_p=0.95, max_new_tokens=32, batch_size=4)
CHAT = [{"role": "user", "content": "prove it"}]


class Endpoint:
    """Answers each request with the next of `faults`, and soundly when there is none left.

    A fault is a status, `hang` (silence for a second), `drop` (the connection closes) or the text of a reply.
    """

    def __init__(self) -> None:
        self.requests: list[tuple[str, dict, str | None]] = []
        self.faults: list[int | str] = []
        self.busy = self.most_busy = 0
        self.lock = threading.Lock()
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                with endpoint.lock:
                    endpoint.requests.append((self.path, body, self.headers.get("Authorization")))
                    fault = endpoint.faults.pop(0) if endpoint.faults else None
                    endpoint.busy += 1
                    endpoint.most_busy = max(endpoint.most_busy, endpoint.busy)
                time.sleep(0.02)
                with endpoint.lock:
                    endpoint.busy -= 1
                if fault == "drop":
                    self.close_connection = True
                    return
                if fault == "hang":
                    time.sleep(1)
                status = fault if isinstance(fault, int) else 200
                text = fault if isinstance(fault, str) and fault != "hang" else json.dumps(endpoint.sound(body))
                self.send_response(status)
                self.send_header("Retry-After", "0")
                self.end_headers()
                self.wfile.write((f"status {status}" if status != 200 else text).encode())

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    @staticmethod
    def sound(body: dict) -> dict:
        text = f"seed {body['seed']}"
        choice = {"index": 0, "finish_reason": "length" if body["max_tokens"] < 10 else "stop"}
        if "messages" in body:
            choice |= {
                "message": {"role": "assistant", "content": text},
                "logprobs": {"content": [{"token": "a", "logprob": -0.5}, {"token": "b", "logprob": -0.25}]},
            }
        else:
            choice |= {"text": text, "logprobs": {"token_logprobs": [-1.0, -0.5]}}
        return {"choices": [choice], "usage": {"prompt_tokens": 3, "completion_tokens": 7}}


@pytest.fixture
def endpoint():
    endpoint = Endpoint()
    yield endpoint
    endpoint.server.shutdown()
    endpoint.server.server_close()


@pytest.fixture(autouse=True)
def no_keys(monkeypatch):
    for name in ("ANTIPHON_ENDPOINT_KEY", "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)


def sampler(endpoint, settings=SETTINGS, **options):
    return EndpointSampler(endpoint.url, "prover", settings, **{"first_pause": 0.01, "timeout": 20, **options})


def test_text_goes_to_completions_and_a_conversation_to_chat(endpoint):
    with sampler(endpoint, stop=("```",)) as sampling:
        [text, chat] = sampling.sample(["theorem", CHAT], 1, [1, 2])
    by_path = {path: body for path, body, _ in endpoint.requests}
    assert by_path["/v1/completions"]["prompt"] == "theorem"
    assert by_path["/v1/chat/completions"]["messages"] == CHAT
    for body in by_path.values():
        assert (body["model"], body["temperature"], body["top_p"]) == ("prover", 0.7, 0.95)
        assert body["max_tokens"] == 32 and body["stop"] == ["```"] and "logprobs" not in body
    assert (text.tokens, text.logprob, text.finished) == (7, None, True)
    assert (chat.prompt_index, chat.sample) == (1, 0)


def test_every_sample_has_a_seed_of_its_own_and_the_same_one_again(endpoint):
    with sampler(endpoint) as sampling:
        whole = sampling.sample(["a", "b"], 4, [11, 12])
        rest = sampling.sample(["a", "b"], 2, [11, 12], first=2)
    assert [(c.prompt_index, c.sample) for c in whole] == [(i, k) for i in range(2) for k in range(4)]
    assert len({c.text for c in whole}) == 8
    assert [c.text for c in rest] == [whole[i].text for i in (2, 3, 6, 7)]
    assert all(0 <= body["seed"] < 2**31 for _, body, _ in endpoint.requests)


def test_so_many_requests_are_under_way_at_once(endpoint):
    with sampler(endpoint) as sampling:
        assert len(list(sampling.stream(["a"], 12, [0]))) == 12
    assert 1 < endpoint.most_busy <= SETTINGS.batch_size


def test_log_probabilities_when_asked_for(endpoint):
    with sampler(endpoint, logprobs=True) as sampling:
        [text, chat] = sampling.sample(["theorem", CHAT], 1, [1, 2])
        assert (text.logprob, chat.logprob) == (-1.5, -0.75)
        endpoint.faults = [json.dumps({"choices": [{"text": "x", "finish_reason": "stop"}], "usage": {}})] * 6
        with pytest.raises(SamplerError, match="no completion"):
            sampling.sample(["theorem"], 1, [1])


def test_what_the_limit_ended_is_not_finished(endpoint):
    with sampler(endpoint, SamplingSettings(max_new_tokens=9)) as sampling:
        assert not sampling.sample(["a"], 1, [0])[0].finished


NOTHING_SAID = {
    "choices": [{"message": {"content": None}, "finish_reason": "length"}],
    "usage": {"completion_tokens": 5},
}


def test_a_thinking_model_that_ran_out_has_said_nothing(endpoint):
    endpoint.faults = [json.dumps(NOTHING_SAID)]
    with sampler(endpoint) as sampling:
        [completion] = sampling.sample([CHAT], 1, [0])
    assert (completion.text, completion.tokens, completion.finished) == ("", 5, False)


@pytest.mark.parametrize(
    "fault", [429, 500, 502, 503, "drop", "hang", "<html>a proxy</html>", "[]", "null", '{"choices": []}',
              '{"choices": [{"text": "no usage", "finish_reason": "stop"}]}',
              '{"choices": [{"text": 3, "finish_reason": "stop"}], "usage": {"completion_tokens": 1}}']
)  # fmt: skip
def test_what_may_pass_is_tried_again(endpoint, fault):
    endpoint.faults = [fault, fault]
    with sampler(endpoint, timeout=0.3) as sampling:
        [completion] = sampling.sample(["a"], 1, [5])
    assert completion.text.startswith("seed ")
    assert [body for _, body, _ in endpoint.requests] == [endpoint.requests[0][1]] * 3  # the same request each time


@pytest.mark.parametrize(
    ("fault", "words"), [(429, "429"), (503, "503"), ("drop", "fails 3 times"), ("gibberish", "no completion")]
)
def test_what_does_not_pass_is_one_clear_error(endpoint, fault, words):
    endpoint.faults = [fault] * 3
    with sampler(endpoint, tries=3) as sampling, pytest.raises(SamplerError, match=words):
        sampling.sample(["a"], 1, [0])
    assert len(endpoint.requests) == 3


def test_a_refusal_is_not_repeated_and_tells_no_key(endpoint):
    endpoint.faults = [401, 404]
    with sampler(endpoint, key="secret") as sampling:
        with pytest.raises(SamplerError, match=r"401.*ANTIPHON_ENDPOINT_KEY") as told:
            sampling.sample(["a"], 1, [0])
        assert "secret" not in str(told.value)
        with pytest.raises(SamplerError, match="404"):
            sampling.sample(["a"], 1, [0])
    assert len(endpoint.requests) == 2


def test_one_failure_ends_the_call_and_begins_nothing_more(endpoint):
    endpoint.faults = [400]
    with sampler(endpoint, SamplingSettings(batch_size=1)) as sampling, pytest.raises(SamplerError):
        sampling.sample(["a"], 50, [0])
    assert len(endpoint.requests) < 10


def test_the_key_is_given_or_the_environments(endpoint, monkeypatch):
    def sent(**options):
        with sampler(endpoint, **options) as sampling:
            sampling.sample(["a"], 1, [0])
        return endpoint.requests[-1][2]

    assert sent() is None
    monkeypatch.setenv("OPENAI_API_KEY", "general")
    assert sent() == "Bearer general"
    monkeypatch.setenv("ANTIPHON_ENDPOINT_KEY", "ours")
    assert sent() == "Bearer ours"
    assert sent(key="given") == "Bearer given"


def test_nobody_there_is_an_error_and_no_address_is_bad_input(endpoint):
    with EndpointSampler("http://127.0.0.1:9", "m", SETTINGS, tries=2, first_pause=0.01) as sampling:
        with pytest.raises(SamplerError, match="Connect"):
            sampling.sample(["a"], 1, [0])
        with pytest.raises(ValueError, match="seeds"):
            sampling.sample(["a"], 1, [])
    for url in ("localhost:8000", "ftp://x/v1", "gpt"):
        with pytest.raises(BadInput, match="is no endpoint"):
            EndpointSampler(url, "m", SETTINGS)
    for url in ("http://x", "http://x/", "http://x/v1", "http://x/v1/"):
        assert EndpointSampler(url, "m", SETTINGS).url == "http://x/v1"
