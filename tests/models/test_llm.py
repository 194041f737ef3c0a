"""The models themselves: what a setting means, what a server tells of its context, what is found, one in process."""

from __future__ import annotations

import importlib.util
import json
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from speaking import Speaker, speaker

from rag.errors import AnswerCutOff, ConfigProblem, LanguageModelProblem
from rag.models.llm.discovery import available_models
from rag.models.llm.local import LocalModel
from rag.models.llm.server import ServerModel
from rag.models.llm.setting import open_llm
from rag.models.llm.timeouts import Timeouts, stream_with_timeouts
from rag.types import Turn

ASKED = [Turn("user", "the port of gwadar")]


@pytest.fixture
def model() -> Iterator[Speaker]:
    with speaker() as server:
        yield server


def ollama(server: Speaker) -> ServerModel:
    return ServerModel(f"http://127.0.0.1:{server.port}/v1", "tiny", "ollama:tiny", ollama=True)


@pytest.mark.parametrize(
    ("shown", "running", "context"),
    [
        ({"model_info": {"llama.context_length": 131072}, "parameters": "stop x\nnum_ctx   8192"}, [], 8192),
        ({"model_info": {"llama.context_length": 2048}, "parameters": "num_ctx 8192"}, [], 2048),
        ({"model_info": {"qwen3.context_length": 40960}}, [{"model": "tiny", "context_length": 16384}], 16384),
        ({"model_info": {"qwen3.context_length": 40960}}, [{"model": "other", "context_length": 16384}], 4096),
        ({"model_info": {"qwen3.context_length": 1024}}, [], 1024),
    ],
)
def test_ollama_is_taken_at_what_it_will_really_read(
    model: Speaker, shown: dict[str, object], running: list[dict[str, object]], context: int
) -> None:
    model.shown, model.running = shown, running
    llm = ollama(model)
    assert llm.context == context
    llm.close()


def test_ollama_without_the_model_says_so(model: Speaker) -> None:
    with pytest.raises(LanguageModelProblem, match="does not know the model tiny"):
        _ = ollama(model).context


@pytest.mark.parametrize(
    ("row", "context"),
    [
        ({"max_model_len": 32768}, 32768),  # vLLM
        ({"meta": {"n_ctx_train": 2048}}, 2048),  # llama.cpp
        ({"meta": {"n_ctx": 8192, "n_ctx_train": 131072}}, 8192),
        ({}, 4096),
        ({"max_model_len": "many", "meta": None}, 4096),
    ],
)
def test_other_servers_tell_their_context_in_their_list(model: Speaker, row: dict[str, object], context: int) -> None:
    model.row = row
    assert open_llm(model.setting).context == context
    assert open_llm(model.setting, context=1000).context == 1000


def test_without_a_name_the_only_model_is_taken_and_of_several_none(model: Speaker) -> None:
    model.says = "The port."
    llm = open_llm(f"http://127.0.0.1:{model.port}/v1")
    assert "".join(stream_with_timeouts(llm, "Say.", ASKED, 10, Timeouts())) == "The port."
    assert model.asked[-1]["model"] == "tiny"
    llm.close()
    model.models = ["one", "two"]
    with pytest.raises(LanguageModelProblem, match="one, two"):
        list(stream_with_timeouts(open_llm(f"http://127.0.0.1:{model.port}/v1"), "Say.", ASKED, 10, Timeouts()))


def test_the_key_goes_to_the_server_that_was_named(model: Speaker) -> None:
    llm = open_llm(model.setting, key="s3cret")
    list(stream_with_timeouts(llm, "Say.", ASKED, 10, Timeouts()))
    assert model.headers[-1]["authorization"] == "Bearer s3cret"
    llm.close()


@pytest.mark.parametrize(
    "setting", ["", "gpt", "ollama:", "transformers:", "file:///etc/passwd", "http://", "http://a:b/v1"]
)
def test_a_setting_of_another_form_is_refused_with_the_forms(setting: str) -> None:
    with pytest.raises(ConfigProblem):
        open_llm(setting)


def test_what_runs_on_this_machine_is_found_and_how_to_name_it(model: Speaker) -> None:
    model.models = ["qwen3:4b", "llama3.2:1b"]
    with speaker() as other:
        found = available_models([(model.port, "Ollama"), (other.port, "LM Studio"), (_free_port(), "Jan")])
        assert [(offer.setting, offer.server) for offer in found] == [
            ("ollama:qwen3:4b", "Ollama"),
            ("ollama:llama3.2:1b", "Ollama"),
            (f"http://127.0.0.1:{other.port}/v1#tiny", "LM Studio"),
        ]


def test_a_server_that_lists_no_model_is_found_and_its_name_asked_for(model: Speaker) -> None:
    model.models = []
    assert [offer.setting for offer in available_models([(model.port, "transformers serve")])] == [
        f"http://127.0.0.1:{model.port}/v1#"
    ]
    with pytest.raises(LanguageModelProblem, match=r"does not tell which model it has\. Name one: http.*#NAME"):
        list(stream_with_timeouts(open_llm(f"http://127.0.0.1:{model.port}/v1"), "Say.", ASKED, 10, Timeouts()))


def test_whatever_else_listens_there_offers_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        assert available_models([(silent.getsockname()[1], "Ollama")]) == [], "it is not waited for without end"


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random Llama with a tokenizer of its own and a chat template: it writes nonsense, as every model may."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("tiny-llama")
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {token: i for i, token in enumerate(["<s>", "</s>", "<unk>", *alphabet])}
    made = Tokenizer(models.BPE(vocabulary, [], unk_token="<unk>"))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    tokenizer = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=made, bos_token="<s>", eos_token="</s>", unk_token="<unk>", model_max_length=1024
    )
    tokenizer.chat_template = (
        "{% for message in messages %}{{ message.role }}: {{ message.content }}\n{% endfor %}"
        "{% if add_generation_prompt %}assistant: {% endif %}"
    )
    tokenizer.save_pretrained(folder)
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(vocabulary), hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, max_position_embeddings=1024, bos_token_id=0, eos_token_id=1, tie_word_embeddings=True,
    )  # fmt: skip
    LlamaForCausalLM(config).save_pretrained(folder)
    return folder


def test_a_model_in_this_process_counts_with_its_own_tokenizer_and_writes(tiny: Path) -> None:
    llm = open_llm(f"transformers:{tiny}", device="cpu")
    assert isinstance(llm, LocalModel)
    assert llm.context == 1024
    assert llm.count(["abc", "é"]) == [3, 2], "one token a byte, which no other tokenizer has"
    text, again = (_cut_off(llm.write("Answer.", ASKED, 24, threading.Event())) for _ in range(2))
    assert text
    assert text == again, "it writes without chance"
    llm.close()


def _cut_off(pieces: Iterator[str]) -> str:
    """What was said before the limit; a random model does not come to an end by itself."""
    said: list[str] = []
    with pytest.raises(AnswerCutOff, match="had not finished after"):
        said.extend(pieces)
    return "".join(said)


def test_a_model_in_this_process_that_has_finished_is_not_cut_off(tiny: Path) -> None:
    llm = LocalModel(str(tiny), device="cpu")
    _, model = llm._ready()
    (first,) = model.generate(llm._prompt(llm._ready()[0], "Answer.", ASKED), max_new_tokens=1, do_sample=False)[:, -1]
    model.generation_config.eos_token_id = [int(first)]
    assert len("".join(llm.write("Answer.", ASKED, 1, threading.Event()))) <= 1


def test_a_thought_that_the_template_of_a_model_in_this_process_opens_is_opened_in_the_text(tiny: Path) -> None:
    llm = LocalModel(str(tiny), device="cpu")
    tokenizer, _ = llm._ready()
    opens = "{% if enable_thinking is not defined or enable_thinking %}<think>\n{% endif %}"
    always = tokenizer.chat_template
    tokenizer.chat_template = always + opens
    assert not _cut_off(llm.write("Answer.", ASKED, 4, threading.Event())).startswith("<think>"), "it is asked not to"
    tokenizer.chat_template = always + "<think>\n"
    assert _cut_off(llm.write("Answer.", ASKED, 4, threading.Event())).startswith("<think>")


def test_whatever_a_model_in_this_process_raises_is_one_sentence(tiny: Path) -> None:
    llm = LocalModel(str(tiny), device="cpu")
    _, model = llm._ready()
    model.get_input_embeddings().weight.data = model.get_input_embeddings().weight.data[:5]  # as damaged weights may be
    with pytest.raises(LanguageModelProblem, match="failed: "):
        list(llm.write("Answer.", ASKED, 4, threading.Event()))


def test_a_model_in_this_process_stops_when_told(tiny: Path) -> None:
    llm = LocalModel(str(tiny), device="cpu")
    stop = threading.Event()
    pieces = llm.write("Answer.", ASKED, 900, stop)
    next(pieces)
    stop.set()
    assert len("".join(pieces)) < 800


def test_a_folder_without_a_model_says_so(tmp_path: Path) -> None:
    with pytest.raises(LanguageModelProblem, match="cannot be loaded"):
        _ = LocalModel(str(tmp_path)).context
    with pytest.raises(LanguageModelProblem, match="no model folder"):
        _ = LocalModel("/nowhere/at/all").context


def test_transformers_serve_is_spoken_to_as_any_server(tiny: Path, tmp_path: Path) -> None:
    if importlib.util.find_spec("accelerate") is None:
        pytest.skip("transformers serve needs the extra transformers[serving]")
    port = _free_port()
    command = [
        str(Path(sys.executable).with_name("transformers")),
        "serve",
        str(tiny),
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--device",
        "cpu",
    ]
    _serve_and_ask(command, port, f"http://127.0.0.1:{port}/v1#{tiny}", tmp_path)


def _serve_and_ask(command: list[str], port: int, setting: str, folder: Path) -> None:
    log = folder / "server.log"
    (folder / "hf" / "hub").mkdir(parents=True)  # transformers serve lists what is there, and wants the folder
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(folder / "hf")}
    with log.open("wb") as out:
        server = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, env=environment)
    try:
        _wait_for(port, server, log)
        llm = open_llm(setting, wait=120)
        said = _cut_off(stream_with_timeouts(llm, "Answer.", ASKED, 12, Timeouts(120, 60, 180)))
        assert said, log.read_text()[-2000:]
        assert llm.context >= 512
        llm.close()
    finally:
        server.terminate()
        server.wait(30)


def _wait_for(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(600):
        assert server.poll() is None, log.read_text()[-2000:]
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/v1/models", timeout=5) as answer:
                json.load(answer)
                return
        except OSError:
            time.sleep(0.3)
    raise AssertionError(log.read_text()[-2000:])


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])
