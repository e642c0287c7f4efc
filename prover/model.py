"""The model and its tokenizer: built from nothing, saved whole, loaded from a folder or the hub.

torch and transformers are imported inside the functions: `ModelConfig` belongs to the command
line, which must answer at once.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from prover.prompts import EOS, PAD, TAGS
from verify.statements import BadInput

if TYPE_CHECKING:
    from transformers import LlamaForCausalLM, PretrainedConfig, PreTrainedModel, PreTrainedTokenizerFast


@dataclass(frozen=True, slots=True)
class ModelConfig:
    """A small Llama, under Hugging Face's names; the defaults make 4 M parameters."""

    vocab_size: int = 1024  # an upper bound: a small corpus fills less
    hidden_size: int = 256
    num_hidden_layers: int = 5
    num_attention_heads: int = 8
    intermediate_size: int = 704
    max_position_embeddings: int = 512
    tie_word_embeddings: bool = True

    def __post_init__(self) -> None:
        if self.hidden_size % (2 * self.num_attention_heads):
            raise ValueError("hidden_size must be an even multiple of num_attention_heads")
        if self.vocab_size < _SMALLEST_VOCABULARY:
            raise ValueError(f"vocab_size must be at least {_SMALLEST_VOCABULARY}")


_SMALLEST_VOCABULARY = 256 + len(TAGS) + 2  # every byte, the tags, eos and pad

_HUB_ID = re.compile(r"\w[\w.-]*(/[\w.-]+)?")

# One piece is one word, digit, line break with its indentation, or run of symbols; a word keeps
# its dot and a piece the single blank before it. Merges stay inside a piece.
_PIECE = (
    r"\n+ *"
    r"| ?\p{N}"
    r"| ?\.?[\p{L}_][\p{L}\p{M}\p{No}_'!?]*"
    r"| ?[^\s\p{L}\p{N}_]+"
    r"|\s+"
)


def build_tokenizer(corpus: Iterable[str], config: ModelConfig) -> PreTrainedTokenizerFast:
    """A byte-level BPE tokenizer of at most `config.vocab_size` entries; every text round-trips.

    Digits stay single, so that a number is read the same in every context. The prompts' tags are
    single tokens. Equal corpora give equal tokenizers.
    """
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, pre_tokenizers, trainers
    from tokenizers.models import BPE
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(_PIECE), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=config.vocab_size,
        min_frequency=2,
        show_progress=False,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        special_tokens=[AddedToken(text, special=True, normalized=False) for text in (PAD, EOS, *TAGS)],
    )
    tokenizer.train_from_iterator(corpus, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token=PAD,
        eos_token=EOS,
        extra_special_tokens=list(TAGS),
        clean_up_tokenization_spaces=False,
        model_input_names=["input_ids", "attention_mask"],
        padding_side="left",
    )


def build_model(config: ModelConfig, tokenizer: PreTrainedTokenizerFast, seed: int) -> LlamaForCausalLM:
    """A Llama with random float32 weights that depend on the seed alone; in evaluation mode.

    Its vocabulary is the tokenizer's, so that no token without a text can be sampled.
    """
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    fields = {**asdict(config), "vocab_size": len(tokenizer)}
    llama = LlamaConfig(
        **fields,
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return LlamaForCausalLM(llama).eval()


def encode(tokenizer: PreTrainedTokenizerFast, prompts: Sequence[str]) -> list[list[int]]:
    """Token ids of prompts, with whatever a hub tokenizer puts in front of a text."""
    return tokenizer(list(prompts)).input_ids if prompts else []


def encode_targets(tokenizer: PreTrainedTokenizerFast, targets: Sequence[str]) -> list[list[int]]:
    """Token ids of targets, each closed by eos.

    Prompt and target are encoded apart, so that a training row begins with exactly the ids that
    generation begins with.
    """
    if not targets:
        return []
    rows = tokenizer(list(targets), add_special_tokens=False).input_ids
    return [[*row, tokenizer.eos_token_id] for row in rows]


def save(model: PreTrainedModel, tokenizer: PreTrainedTokenizerFast, directory: str | Path) -> None:
    """Writes model and tokenizer in Hugging Face's layout; `directory` is never half-written.

    The files are written aside, flushed to disk and renamed. An earlier `directory` is replaced;
    a crash between the two renames leaves it beside, under a name that begins with a dot. Raises OSError.
    """
    from safetensors import SafetensorError

    directory = Path(directory)
    directory.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(dir=directory.parent, prefix=f".{directory.name}-"))
    _without_bars()
    fresh, former = aside / "fresh", aside / "former"
    try:
        model.save_pretrained(fresh)
        tokenizer.save_pretrained(fresh)
        for path in (*fresh.iterdir(), fresh):
            _flush(path)
        if directory.exists():
            directory.rename(former)
        fresh.rename(directory)
        _flush(directory.parent)
    except SafetensorError as error:  # its way to say that a file cannot be written
        number = errno.ENOSPC if "No space left" in str(error) else errno.EIO
        raise OSError(number, os.strerror(number), str(directory)) from error
    except BaseException:
        if former.exists() and not directory.exists():
            former.rename(directory)
        raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _without_bars() -> None:
    """Progress is shown by whoever runs the long step; a bar for a file of 16 MB is noise."""
    from transformers.utils import logging

    logging.disable_progress_bar()


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def to_accelerator(model: PreTrainedModel) -> PreTrainedModel:
    """The same model, on the first GPU where there is one, else where it was."""
    import torch

    return model.to("cuda") if torch.cuda.is_available() else model


def load(path_or_hub_id: str | Path) -> tuple[PreTrainedModel, PreTrainedTokenizerFast]:
    """Model (float32, evaluation mode, in main memory) and tokenizer from a local folder or the Hugging Face hub.

    Raises FileNotFoundError when there is no such folder and the hub cannot give it, BadInput when it is no model that
    generates text, or its tokenizer has no end-of-sequence token.
    """
    import torch
    from transformers import AutoModelForCausalLM

    _, tokenizer = look(path_or_hub_id)
    with _opening(path_or_hub_id) as name:
        model = AutoModelForCausalLM.from_pretrained(name, dtype=torch.float32)
    return model.eval(), tokenizer


def look(path_or_hub_id: str | Path) -> tuple[PretrainedConfig, PreTrainedTokenizerFast]:
    """Configuration and tokenizer of a model, without its weights. Raises as `load` does."""
    from transformers import AutoConfig, AutoTokenizer

    with _opening(path_or_hub_id) as name:
        config, tokenizer = AutoConfig.from_pretrained(name), AutoTokenizer.from_pretrained(name)
    if tokenizer.eos_token_id is None:
        raise BadInput(f"{name}: its tokenizer has no eos token; choose a generative model")
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token
    return config, tokenizer


def positions(config: PretrainedConfig) -> int | None:
    """The model's context in tokens, where its configuration (or that of its text part) says so."""
    return getattr(config.get_text_config(), "max_position_embeddings", None)


@contextlib.contextmanager
def _opening(path_or_hub_id: str | Path) -> Iterator[str]:
    """The name to load from; what goes wrong then is said in one line."""
    name = str(path_or_hub_id)
    local = Path(name).is_dir()
    if local and not (Path(name) / "config.json").is_file():
        raise FileNotFoundError(f"no model in {name}: config.json is missing; name a saved model")
    if not local and not _HUB_ID.fullmatch(name):
        raise FileNotFoundError(f"no model at {name}: no such folder, and not a hub id (owner/name)")

    from safetensors import SafetensorError

    _without_bars()
    try:
        yield name
    except (OSError, SafetensorError) as error:
        remedy = (
            "the files are damaged; save the model again"
            if local
            else "no such folder, and the hub does not give it; check the name and the network"
        )
        raise FileNotFoundError(f"no model at {name}: {remedy}") from error
    except ValueError as error:  # an architecture that is not known, or does not generate
        raise BadInput(f"{name} is no model to generate text with: {str(error).splitlines()[0]}") from error
