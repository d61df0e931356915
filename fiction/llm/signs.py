"""Recognises a server by answers that only one kind gives, where its list of models names no owner."""

from collections.abc import Callable, Mapping

from fiction.llm.capabilities.presets import ServerKind


def is_koboldcpp(about: object) -> bool:
    """By its reply to `GET /api/extra/version`."""
    said = about.get("result") if isinstance(about, Mapping) else None
    return isinstance(said, str) and "kobold" in said.lower()


def is_lm_studio(listed: object) -> bool:
    """By its reply to `GET /api/v0/models`: each model has a state; there may be none."""
    models = listed.get("data") if isinstance(listed, Mapping) else None
    return isinstance(models, list) and (
        not models or any(isinstance(model, Mapping) and "state" in model for model in models)
    )


def is_llama_cpp(properties: object) -> bool:
    """By its reply to `GET /props`."""
    return isinstance(properties, Mapping) and isinstance(properties.get("default_generation_settings"), Mapping)


def is_ollama(about: object) -> bool:
    """By its reply to `GET /api/version`."""
    return isinstance(about, Mapping) and isinstance(about.get("version"), str)


SIGNS: Mapping[str, tuple[Callable[[object], bool], ServerKind]] = {
    "/api/extra/version": (is_koboldcpp, ServerKind.KOBOLDCPP),
    "/api/v0/models": (is_lm_studio, ServerKind.LM_STUDIO),
    "/props": (is_llama_cpp, ServerKind.LLAMA_CPP),
    "/api/version": (is_ollama, ServerKind.OLLAMA),
}
"""Paths to ask, with the test and the kind; in this order, since KoboldCpp imitates the others."""


def kind_by_signs(replies: Mapping[str, object]) -> ServerKind:
    """A server's kind by its replies, by path."""
    return next((kind for path, (known, kind) in SIGNS.items() if known(replies.get(path))), ServerKind.UNKNOWN)
