"""Sampling from an OpenAI-compatible endpoint: vLLM, SGLang, llama.cpp, a provider.

A prompt of text goes to `/v1/completions`, a conversation to `/v1/chat/completions`. Every sample is a request with a
seed of its own, so a server that keeps its promise on seeds repeats it. Which weights are served is the endpoint's own
word: nothing is trained on these samples.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlsplit

import httpx

from prover.attempts import derived_seed
from prover.formats import Prompt
from prover.sampler import Completion, SamplerError, SamplingSettings
from verify.statements import BadInput

KEYS = ("ANTIPHON_ENDPOINT_KEY", "OPENAI_API_KEY")
"""Environment variables that may hold the key, the first one first."""
REQUEST_SECONDS = 900.0
TRIES = 6
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0  # seconds; each pause is twice the one before
_PASSING = frozenset((408, 425, 429, 500, 502, 503, 504, 529))
_LOOPBACK = frozenset(("localhost", "127.0.0.1", "::1"))


@dataclass(frozen=True, slots=True)
class EndpointCompletion(Completion):
    """A sample whose tokens the server has counted and not shown: `token_ids` is empty."""

    counted: int = 0

    @property
    def tokens(self) -> int:
        return self.counted


class EndpointSampler:
    """A `Sampler` over HTTP; `settings.batch_size` requests are under way at once.

    `stop` are strings at which the server ends a completion and leaves them out. With `logprobs` the server is asked
    for them, and they are required; otherwise a completion's `logprob` is None. Without `key` the environment's is
    sent (`KEYS`), if there is one. Raises BadInput for an address that is none; sampling raises SamplerError when an
    endpoint refuses a request, or does not answer as it should in `tries` tries, with pauses between them.
    """

    def __init__(
        self,
        url: str,
        model: str,
        settings: SamplingSettings,
        key: str | None = None,
        *,
        stop: Sequence[str] = (),
        logprobs: bool = False,
        timeout: float = REQUEST_SECONDS,
        tries: int = TRIES,
        first_pause: float = FIRST_PAUSE,
    ) -> None:
        address = urlsplit(url)
        if address.scheme not in ("http", "https") or not address.hostname:
            raise BadInput(f"{url!r} is no endpoint; give an address such as http://localhost:8000/v1")
        self.url, self.model, self.settings = url.rstrip("/").removesuffix("/v1") + "/v1", model, settings
        self.stop, self.logprobs, self.tries, self.first_pause = list(stop), logprobs, tries, first_pause
        key = key or next((os.environ[name] for name in KEYS if os.environ.get(name)), None)
        self._http = httpx.Client(
            headers={"Authorization": f"Bearer {key}"} if key else {},
            timeout=timeout,
            limits=httpx.Limits(max_connections=settings.batch_size),
            trust_env=address.hostname not in _LOOPBACK,  # a proxy is not asked for what is on this machine
        )

    def sample(self, prompts: Sequence[Prompt], n: int, seeds: Sequence[int], first: int = 0) -> list[Completion]:
        """All completions, ordered by prompt, then by sample; `first` is the index of the first sample."""
        return sorted(self.stream(prompts, n, seeds, first), key=lambda c: (c.prompt_index, c.sample))

    def stream(self, prompts: Sequence[Prompt], n: int, seeds: Sequence[int], first: int = 0) -> Iterator[Completion]:
        """The same completions, each as soon as it ends."""
        if len(seeds) != len(prompts):
            raise ValueError(f"{len(prompts)} prompts need as many seeds, not {len(seeds)}")
        pool = ThreadPoolExecutor(self.settings.batch_size)
        try:
            asked = [
                pool.submit(self._complete, prompt, index, sample, seed)
                for index, (prompt, seed) in enumerate(zip(prompts, seeds, strict=True))
                for sample in range(first, first + n)
            ]
            for answered in as_completed(asked):
                yield answered.result()
        finally:  # who leaves early, or fails, waits for no request under way
            pool.shutdown(wait=False, cancel_futures=True)

    def _complete(self, prompt: Prompt, prompt_index: int, sample: int, seed: int) -> Completion:
        chat = not isinstance(prompt, str)
        body: dict[str, Any] = {
            "model": self.model,
            "temperature": self.settings.temperature,
            "top_p": self.settings.top_p,
            "max_tokens": self.settings.max_new_tokens,
            "seed": derived_seed(seed, sample) & 0x7FFF_FFFF,  # some servers take no more than 31 bits
            **({"messages": list(prompt)} if chat else {"prompt": prompt}),
            **({"stop": self.stop} if self.stop else {}),
            **({"logprobs": True if chat else 0} if self.logprobs else {}),
        }
        return self._asked(f"{self.url}/{'chat/' if chat else ''}completions", body, prompt_index, sample)

    def _asked(self, url: str, body: dict[str, Any], prompt_index: int, sample: int) -> Completion:
        """One request, repeated while what is wrong may pass."""
        pause = self.first_pause
        for last in (False,) * (self.tries - 1) + (True,):
            wanted = 0.0
            try:
                reply = self._http.post(url, json=body)
                if reply.is_success:
                    return self._read(reply.json(), prompt_index, sample)
                problem = f"it answers {reply.status_code}: {reply.text[:500].strip()}"
                if reply.status_code not in _PASSING:
                    hint = f"; is {' or '.join(KEYS)} set?" if reply.status_code in (401, 403) else ""
                    raise SamplerError(f"the endpoint {self.url} refuses a request; {problem}{hint}")
                wanted = _seconds(reply.headers.get("retry-after"))
            except httpx.TransportError as error:
                problem = f"{type(error).__name__}: {error}"
            except (ValueError, LookupError, TypeError, AttributeError) as error:
                problem = f"it answers what is no completion ({type(error).__name__}: {error})"
            if last:
                raise SamplerError(f"the endpoint {self.url} fails {self.tries} times; {problem}")
            time.sleep(min(max(pause, wanted), LONGEST_PAUSE))
            pause *= 2

    def _read(self, data: Any, prompt_index: int, sample: int) -> Completion:
        [choice] = data["choices"]
        text = choice["message"]["content"] if "message" in choice else choice["text"]
        if text is not None and not isinstance(text, str):
            raise TypeError("the text is none")
        return EndpointCompletion(
            prompt_index=prompt_index,
            sample=sample,
            text=text or "",  # a thinking model that ran out of tokens has said nothing yet
            token_ids=(),
            logprob=_logprob(choice["logprobs"]) if self.logprobs else None,
            finished=choice["finish_reason"] == "stop",
            counted=int(data["usage"]["completion_tokens"]),
        )

    def close(self) -> None:
        """Closes the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _logprob(given: dict[str, Any]) -> float:
    """The sum over a completion's tokens, in nats; the two routes tell them in two ways."""
    if "content" in given:
        return math.fsum(token["logprob"] for token in given["content"])
    return math.fsum(given["token_logprobs"])


def _seconds(retry_after: str | None) -> float:
    """Of a `Retry-After` that is a number; a date is left to the pauses."""
    try:
        return max(float(retry_after or 0), 0.0)
    except ValueError:
        return 0.0
