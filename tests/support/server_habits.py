"""The habits of servers, one function each; and whole servers, with what they tell about themselves."""

import itertools
import json
import time
from collections.abc import Callable

from support.model_server import Habit, ModelServer, Wire

Refusal = Callable[[Wire], bool]
"""Answers a request with a refusal, and says whether it has."""


def tell(wire: Wire) -> None:
    """A good reply, counted as a server would."""
    wire.stream(wire.reply[: wire.cap * 4], counted=wire.size)


def strict(*refusals: Refusal, then: Habit = tell) -> Habit:
    """Refuse for the first reason there is, else answer."""

    def habit(wire: Wire) -> None:
        if not any(refusal(wire) for refusal in refusals):
            then(wire)

    return habit


def no_parameter(name: str, said: str = "", *, status: int = 400) -> Refusal:
    def refusal(wire: Wire) -> bool:
        if name in wire.body:
            wire.refuse(said or f"Unsupported parameter: '{name}' is not supported with this model.", status=status)
        return name in wire.body

    return refusal


def no_format(*names: str, status: int = 400, said: str = "") -> Refusal:
    def refusal(wire: Wire) -> bool:
        if wire.format in names:
            wire.refuse(said or "'response_format.type' must be something else", status=status)
        return wire.format in names

    return refusal


def no_room(context: int, said: Callable[[Wire], str] | None = None, *, status: int = 400) -> Refusal:
    """Refuse what does not fit, in these words; without words with an empty stream of status 200."""

    def refusal(wire: Wire) -> bool:
        fits = wire.size + min(wire.cap, context // 3) <= context
        if not fits and said is None:
            wire.head(200, "text/event-stream")
        elif not fits and said is not None:
            wire.json(status, {"error": {"message": said(wire), "code": status}})
        return not fits

    return refusal


def no_role(role: str, said: str, *, status: int = 400) -> Refusal:
    def refusal(wire: Wire) -> bool:
        has = any(message["role"] == role for message in wire.body["messages"])
        if has:
            wire.refuse(said, status=status)
        return has

    return refusal


def two_in_a_row(wire: Wire) -> bool:
    """Templates of Gemma and Mistral."""
    roles = [message["role"] for message in wire.body["messages"] if message["role"] != "system"]
    bad = any(one == other for one, other in itertools.pairwise(roles))
    if bad:
        said = "Jinja Exception: Conversation roles must alternate user/assistant/user/assistant/..."
        wire.refuse(said, status=500)
    return bad


def both_caps(wire: Wire) -> bool:
    if {"max_tokens", "max_completion_tokens"} <= set(wire.body):
        wire.refuse("Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.")
        return True
    return False


def quiet(wire: Wire, way: str) -> bool:
    """Whether thinking is switched off in the way that this model knows."""
    match way:
        case "effort":
            return wire.body.get("reasoning_effort") == "none"
        case "template":
            return wire.body.get("chat_template_kwargs", {}).get("enable_thinking") is False
        case "router":
            return wire.body.get("reasoning", {}).get("effort") == "none"
        case "typed":
            return wire.body.get("thinking", {}).get("type") == "disabled"
        case _:
            return False


def mute(unless: str) -> Habit:
    """Think, and end without a word, unless thinking is switched off: Gemma and Qwen on Ollama."""

    def habit(wire: Wire) -> None:
        if quiet(wire, unless):
            return tell(wire)
        wire.head(200, "text/event-stream")
        wire.delta(reasoning="The reader wants stairs. ")
        return wire.delta("stop")

    return habit


def thinks(field: str, *, unless: str = "", tokens: int = 400) -> Habit:
    """Think first, in a field or between tags, unless it is switched off in this way; thinking counts for the cap."""

    def habit(wire: Wire) -> None:
        if quiet(wire, unless):
            return tell(wire)
        left = wire.cap - tokens
        if field.startswith("<"):
            closing = field.replace("<", "</")
            if left <= 200:
                return wire.stream(f"{field}{'Hm, hm. ' * 20}", finish="length")
            return wire.stream(f"{field}The reader wants stairs.{closing}\n\n{wire.reply}", counted=wire.size)
        wire.head(200, "text/event-stream")
        wire.delta(**{field: "The reader wants stairs. "})
        if left > 200:
            wire.delta(content=wire.reply)
        return wire.delta("stop" if left > 200 else "length")

    return habit


def in_one_piece(wire: Wire) -> None:
    """Not streamed, although it was asked to be."""
    message = {"role": "assistant", "content": wire.reply}
    usage = {"prompt_tokens": wire.size, "completion_tokens": 100}
    wire.json(200, {"choices": [{"message": message, "finish_reason": "stop"}], "usage": usage})


def with_comments(wire: Wire) -> None:
    wire.head(200, "text/event-stream")
    for start in range(0, len(wire.reply), 90):
        wire.write(b": OPENROUTER PROCESSING\n\n")
        wire.delta(content=wire.reply[start : start + 90])
    wire.delta("stop")
    wire.event("[DONE]")


def with_crlf(wire: Wire) -> None:
    wire.head(200, "text/event-stream; charset=utf-8")
    chunks = [{"delta": {"content": wire.reply}}, {"delta": {}, "finish_reason": "stop"}]
    for chunk in chunks:
        wire.write(f"data: {json.dumps({'choices': [chunk]})}\r\n\r\n".encode())
    wire.write(b"data: [DONE]\r\n\r\n")


def in_parts(wire: Wire) -> None:
    """Mistral's own way."""
    wire.head(200, "text/event-stream")
    wire.delta(content=[{"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]}])
    wire.delta(content=[{"type": "text", "text": wire.reply}])
    wire.delta("stop")
    wire.event("[DONE]")


def counting_always(wire: Wire) -> None:
    wire.head(200, "text/event-stream")
    for number, start in enumerate(range(0, len(wire.reply), 60)):
        choice = {"index": 0, "delta": {"content": wire.reply[start : start + 60]}, "finish_reason": None}
        usage = {"prompt_tokens": wire.size, "completion_tokens": number, "total_tokens": wire.size + number}
        wire.event({"object": "chat.completion.chunk", "choices": [choice], "usage": usage})
    wire.delta("stop")
    wire.event("[DONE]")


def without_done(wire: Wire) -> None:
    """Neither a mark at the end nor an end of the connection."""
    wire.head(200, "text/event-stream")
    wire.delta(content=wire.reply)
    wire.delta("stop")
    time.sleep(0.4)


class OneAtATime:
    """A new request ends the stream that runs, without a word: llama-cpp-python."""

    def __init__(self) -> None:
        self.newest = 0
        self.killed = 0

    def __call__(self, wire: Wire) -> None:
        self.newest = wire.number
        wire.head(200, "text/event-stream")
        for start in range(0, len(wire.reply), 60):
            if self.newest != wire.number:
                self.killed += 1
                return
            wire.delta(content=wire.reply[start : start + 60])
            time.sleep(0.002)
        wire.delta("length" if wire.cap == 1 else "stop")
        wire.event("[DONE]")


class Dropping:
    """Every third connection is closed as it is used: the race of kept connections."""

    def __init__(self) -> None:
        self.seen = 0

    def __call__(self, wire: Wire) -> None:
        self.seen += 1
        if self.seen % 3 == 0:
            wire.handler.close_connection = True
        else:
            tell(wire)


def cut_to(context: int) -> Habit:
    """Drop what does not fit from the front, without a word."""

    def habit(wire: Wire) -> None:
        wire.stream(wire.reply, counted=min(wire.size, context))

    return habit


def only_caps(name: str) -> Habit:
    """One cap is taken, the other is passed over: without it the reply does not end."""

    def habit(wire: Wire) -> None:
        cut = wire.reply if name in wire.body else wire.reply + " And the water comes up another step." * 400
        wire.stream(cut, counted=wire.size)

    return habit


# --- whole servers ---


def llama_cpp(server: ModelServer, *, context: int = 4096, slots: int = 2) -> None:
    meta = {"n_ctx": context, "n_ctx_train": 131072}
    server.pages = {
        "/v1/models": {"object": "list", "data": [{"id": "/m/tiny.gguf", "owned_by": "llamacpp", "meta": meta}]},
        "/props": {
            "default_generation_settings": {"n_ctx": context},
            "total_slots": slots,
            "build_info": "b1-0c1e570",
            "model_path": "/m/tiny.gguf",
        },
    }
    server.habit = strict(
        no_room(context, lambda w: f"request ({w.size} tokens) exceeds the available context size ({context} tokens)"),
        then=thinks("reasoning_content", unless="template"),
    )


def ollama(server: ModelServer, *, context: int = 4096) -> None:
    def habit(wire: Wire) -> None:
        loaded = [{"name": "tiny:latest", "model": "tiny:latest", "context_length": context}]
        server.pages["/api/ps"] = {"models": loaded}
        thinks("reasoning", unless="effort")(wire) if wire.size <= context else cut_to(context)(wire)

    server.pages = {
        "/v1/models": {"object": "list", "data": [{"id": "tiny:latest", "owned_by": "library"}]},
        "/api/ps": {"models": []},
        "/api/version": {"version": "0.40.12"},
    }
    server.habit = habit


def lm_studio(server: ModelServer, *, context: int = 4096) -> None:
    entry = {"id": "tiny", "state": "loaded", "max_context_length": 131072, "loaded_context_length": context}
    server.pages = {
        "/v1/models": {"data": [{"id": "tiny", "object": "model", "owned_by": "organization_owner"}]},
        "/api/v0/models": {"data": [entry]},
    }
    too_long = "The number of tokens to keep from the initial prompt is greater than the context length "

    def refusal(wire: Wire) -> bool:
        if wire.size > context:
            wire.json(400, {"error": f"{too_long}(n_keep: {wire.size} >= n_ctx: {context})"})
        return wire.size > context

    said = "'response_format.type' must be 'json_schema' or 'text'"
    server.habit = strict(no_format("json_object", said=said), refusal)


def vllm(server: ModelServer, *, context: int = 8192) -> None:
    server.pages = {
        "/v1/models": {"data": [{"id": "tiny", "owned_by": "vllm", "max_model_len": context}]},
        "/version": {"version": "0.21.0"},
    }
    said = "This model's maximum context length is {} tokens. However, you requested {} output tokens and your prompt "
    server.habit = strict(
        no_room(context, lambda w: said.format(context, w.cap) + f"contains at least {w.size} input tokens"),
        then=thinks("reasoning", unless="template"),
    )


def koboldcpp(server: ModelServer, *, context: int = 4096) -> None:
    server.pages = {
        "/v1/models": {"data": [{"id": "koboldcpp/tiny", "owned_by": "koboldcpp"}]},
        "/api/extra/version": {"result": "KoboldCpp", "version": "1.120"},
        "/api/extra/true_max_context_length": {"value": context},
    }
    server.habit = lambda wire: wire.stream(wire.reply, usage=False)


def llama_cpp_python(server: ModelServer, *, context: int = 4096) -> None:
    server.pages = {"/v1/models": {"data": [{"id": "tiny", "owned_by": "me"}]}}
    server.habit = strict(no_format("json_schema", status=500), no_room(context), then=OneAtATime())


def litert_lm(server: ModelServer) -> None:
    server.pages = {"/v1/models": {"data": [{"id": "tiny", "owned_by": "litert-lm"}]}}
    server.habit = lambda wire: wire.stream(wire.reply, usage=False)


def openrouter(server: ModelServer, *, context: int = 32768) -> None:
    takes = ["max_tokens", "temperature", "top_p", "reasoning", "response_format", "structured_outputs"]
    entry = {"id": "tiny", "context_length": context, "supported_parameters": takes}
    server.pages = {"/v1/models": {"data": [entry]}}
    server.habit = strict(then=with_comments)


def gpt(server: ModelServer, *efforts: str) -> None:
    """OpenAI's models of today; `efforts` are those that the model knows."""

    def effort(wire: Wire) -> bool:
        asked = wire.body.get("reasoning_effort", "medium")
        if asked not in efforts:
            listed = ", ".join(f"'{each}'" for each in efforts)
            said = f"Unsupported value: '{asked}' is not supported. Supported values are: {listed}."
            wire.refuse(said, param="reasoning_effort")
        elif asked != "none" and "temperature" in wire.body:
            said = "Unsupported value: 'temperature' does not support 0.8 with this model."
            wire.refuse(said, param="temperature")
            return True
        return asked not in efforts

    known = {"model", "messages", "stream", "stream_options", "max_completion_tokens", "temperature", "top_p"}
    known |= {"reasoning_effort", "response_format", "prompt_cache_key"}

    def unknown(wire: Wire) -> bool:
        odd = sorted(set(wire.body) - known)
        if "max_tokens" in odd:
            wire.refuse("Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.", param="max_tokens")
        elif odd:
            wire.refuse(f"Unknown parameter: '{odd[0]}'.", param=odd[0])
        return bool(odd)

    server.habit = strict(both_caps, unknown, effort)
