"""Asks a server about itself: its kind, the context of a request, the number of concurrent requests.

Nothing here raises or waits long: a silent server is learned from its refusals. The key goes to the server's own
origin alone, and no redirect is followed.
"""

import asyncio
import contextlib
import dataclasses
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import quote

from fiction.llm.capabilities.presets import ServerKind, kind_by_address, kind_by_owner
from fiction.llm.server import ServerSettings
from fiction.llm.signs import is_koboldcpp, is_llama_cpp, is_lm_studio
from fiction.llm.transport import http_client
from fiction.story.money import Price, billed, per_million

if TYPE_CHECKING:
    import httpx2

_MAX_BYTES = 4_000_000
"""The longest list of models is about a fifth of it."""
_MAX_CONTEXT = 100_000_000
_MAX_SLOTS = 64
_TOO_EARLY = 503
"""llama.cpp's status while it loads its model."""


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """The answers of a server about itself."""

    answered: bool = False
    """The server is up, and told all it has to tell; that may be nothing."""
    kind: ServerKind = ServerKind.UNKNOWN
    context: int = 0
    """Tokens of one request, its reply included; 0 where unknown."""
    slots: int = 0
    """Concurrent requests; 0 where unknown."""
    version: str = ""
    """Fingerprint of the running software; empty where unknown."""
    takes: frozenset[str] = frozenset()
    """Names of the model's parameters; empty where unknown."""
    system_role: bool = True
    """False where the model's template knows no system messages."""
    price: Price | None = None
    """The model's price; None where unknown or varying."""
    price_as_of: str = ""
    """The day of a list with prices; empty where it has none."""


async def survey(server: ServerSettings, *, seconds: float, strange: bool = False) -> ProbeResult:
    """The server's answers within so many seconds; a `strange` one is not asked the probes it did not know before."""
    found = ProbeResult(kind=kind_by_address(server))
    if found.kind is ServerKind.OPENAI:  # tells nothing that is of use
        return dataclasses.replace(found, answered=True)
    with contextlib.suppress(Exception):
        http = await asyncio.to_thread(_client, server)
        async with http, asyncio.timeout(seconds):
            questions = _Questions(server, http)
            found = await questions.models(found)
            if found.kind is not ServerKind.UNKNOWN or not strange:
                found = await questions.more(found)
            found = dataclasses.replace(found, answered=questions.heard)
    return found


def _client(server: ServerSettings) -> "httpx2.AsyncClient":
    import httpx2

    headers = {"Authorization": f"Bearer {server.api_key}"} if server.api_key else {}
    return http_client(server, timeout=httpx2.Timeout(server.connect_timeout), headers=headers)


class _Questions:
    """The probes, and how to read each kind's answers."""

    def __init__(self, server: ServerSettings, http: "httpx2.AsyncClient") -> None:
        self._server = server
        self._http = http
        self.heard = False
        """An answer came, and the last was not that it is too early to ask."""

    async def models(self, found: ProbeResult) -> ProbeResult:
        """Read the list of models, or for OpenRouter the list of this model's providers."""
        if found.kind is ServerKind.OPENROUTER:
            model = quote(self._server.model, safe="/:")
            hosts = _items(_get(await self._at_base(f"/models/{model}/endpoints"), "data", "endpoints"))
            return _of_hosts(found, hosts) if hosts else found
        entries = _items(_get(await self._at_base("/models"), "data"))
        if not entries:
            return found
        own = next((entry for entry in entries if self._named(entry)), entries[0])
        kind = kind_by_owner(_string(own.get("owned_by")))
        if isinstance(own.get("supported_parameters"), list):
            return _of_hosts(dataclasses.replace(found, kind=ServerKind.OPENROUTER), [own])
        if self._named(own):
            found = _with_price(found, [own])
        context = _whole(_get(own, "meta", "n_ctx")) or _whole(own.get("max_model_len"))
        return dataclasses.replace(found, kind=kind or found.kind, context=context)

    async def more(self, found: ProbeResult) -> ProbeResult:
        """Read what this kind tells elsewhere; an unknown server gets the probes of all kinds."""
        match found.kind:
            case ServerKind.LLAMA_CPP:
                return await self._llama(found)
            case ServerKind.OLLAMA:
                return await self._ollama(found)
            case ServerKind.LM_STUDIO:
                return await self._lm_studio(found)
            case ServerKind.KOBOLDCPP:
                return await self._kobold(found)
            case ServerKind.VLLM:
                version = _fingerprint(_get(await self._at_root("/version"), "version"))
                return dataclasses.replace(found, version=version)
            case ServerKind.UNKNOWN:
                return await self._unknown(found)
            case ServerKind.OPENAI | ServerKind.OPENROUTER | ServerKind.LLAMA_CPP_PYTHON | ServerKind.LITERT_LM:
                return found

    async def _unknown(self, found: ProbeResult) -> ProbeResult:
        asked = (self._kobold, self._lm_studio, self._llama, self._ollama)  # KoboldCpp plays the others as well
        for answer in await asyncio.gather(*(ask(found) for ask in asked)):
            if answer.kind is not ServerKind.UNKNOWN:
                return answer
        return found

    async def _llama(self, found: ProbeResult) -> ProbeResult:
        props = await self._at_root("/props")
        if not is_llama_cpp(props):
            return found
        return dataclasses.replace(
            found,
            kind=ServerKind.LLAMA_CPP,
            context=_whole(_get(props, "default_generation_settings", "n_ctx")) or found.context,
            slots=min(_MAX_SLOTS, _whole(_get(props, "total_slots"))),
            version=_fingerprint(_get(props, "build_info"), _get(props, "model_path")),
            system_role=_get(props, "chat_template_caps", "supports_system_role") is not False,
        )

    async def _ollama(self, found: ProbeResult) -> ProbeResult:
        loaded, about = await asyncio.gather(self._at_root("/api/ps"), self._at_root("/api/version"))
        running = _get(loaded, "models")
        if not isinstance(running, list):
            return found
        own = next((entry for entry in _items(running) if self._named(entry)), {})
        context, version = _whole(own.get("context_length")), _fingerprint(_get(about, "version"))
        return dataclasses.replace(found, kind=ServerKind.OLLAMA, context=context, version=version)

    async def _lm_studio(self, found: ProbeResult) -> ProbeResult:
        listed = await self._at_root("/api/v0/models")
        if not is_lm_studio(listed):
            return found
        own = next((entry for entry in _items(_get(listed, "data")) if self._named(entry)), {})
        context = _whole(own.get("loaded_context_length"))
        return dataclasses.replace(found, kind=ServerKind.LM_STUDIO, context=context)

    async def _kobold(self, found: ProbeResult) -> ProbeResult:
        asked = self._at_root("/api/extra/version"), self._at_root("/api/extra/true_max_context_length")
        about, size = await asyncio.gather(*asked)
        if not is_koboldcpp(about):
            return found
        version, context = _fingerprint(_get(about, "version")), _whole(_get(size, "value"))
        return dataclasses.replace(found, kind=ServerKind.KOBOLDCPP, context=context, version=version)

    def _named(self, entry: Mapping[str, object]) -> bool:
        """Whether an entry of a list is this model; Ollama adds and drops `:latest`."""
        names = {_string(entry.get(key)).removesuffix(":latest") for key in ("id", "model", "name")}
        return self._server.model.removesuffix(":latest") in names

    async def _at_base(self, path: str) -> object:
        return await self._json(self._server.base_url.rstrip("/") + path)

    async def _at_root(self, path: str) -> object:
        return await self._json(self._server.origin + path)

    async def _json(self, url: str) -> object:
        """The JSON at an address; None where there is none."""
        try:
            async with self._http.stream("GET", url) as response:
                self.heard = response.status_code != _TOO_EARLY
                if response.status_code != 200:
                    return None
                body = bytearray()
                async for part in response.aiter_bytes():
                    body += part
                    if len(body) > _MAX_BYTES:
                        return None
            found: object = json.loads(body)
        except Exception:  # noqa: BLE001 - whatever is wrong with an answer, it is none
            return None
        return found


def _of_hosts(found: ProbeResult, hosts: list[Mapping[str, object]]) -> ProbeResult:
    """For a model with several providers: the smallest context, and the parameters of any."""
    contexts = [context for host in hosts if (context := _whole(host.get("context_length")))]
    taken = [
        frozenset(map(str, names)) for host in hosts if isinstance(names := host.get("supported_parameters"), list)
    ]
    takes: frozenset[str] = frozenset().union(*taken)
    return _with_price(dataclasses.replace(found, context=min(contexts, default=0), takes=takes), hosts)


def _with_price(found: ProbeResult, hosts: list[Mapping[str, object]]) -> ProbeResult:
    """With the dearest provider's price; None if any provider has none."""
    if not any("pricing" in host for host in hosts):
        return found
    prices = [_price(host.get("pricing")) for host in hosts]
    known = [price for price in prices if price is not None]
    dearest = None
    if len(known) == len(prices):
        dearest = Price(
            prompt=max(price.prompt for price in known),
            cached=max(price.cached for price in known),
            completion=max(price.completion for price in known),
            request=max(price.request for price in known),
        )
    return dataclasses.replace(found, price=dearest, price_as_of=datetime.now().astimezone().date().isoformat())


def _price(listed: object) -> Price | None:
    """A price from OpenRouter's dollars per token; None where a part that is always paid is unknown."""
    prompt, completion = per_million(_get(listed, "prompt")), per_million(_get(listed, "completion"))
    request = _get(listed, "request")
    fee = 0 if request in (None, "") else billed(request)
    if prompt is None or completion is None or fee is None:
        return None
    cached = per_million(_get(listed, "input_cache_read"))
    return Price(prompt, prompt if cached is None else cached, completion, fee)


def _get(value: object, *path: str) -> object:
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _items(value: object) -> list[Mapping[str, object]]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""


def _whole(value: object) -> int:
    """A size; 0 for anything else."""
    return int(value) if isinstance(value, int | float) and 0 < value <= _MAX_CONTEXT else 0


def _fingerprint(*parts: object) -> str:
    said = " ".join(part for part in map(_string, parts) if part)
    return hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()[:12] if said else ""
