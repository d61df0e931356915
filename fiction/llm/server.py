"""A server's address, model, key and time-outs."""

from dataclasses import dataclass, field, fields
from urllib.parse import urlsplit

from fiction.errors import SettingsError
from fiction.text import addresses


@dataclass(frozen=True, slots=True)
class Sampling:
    """Sampling parameters of a passage. None leaves a value to the server."""

    temperature: float | None = 0.8
    top_p: float | None = None
    top_k: int | None = None
    min_p: float | None = None
    frequency_penalty: float | None = None
    presence_penalty: float | None = None

    @property
    def parameters(self) -> dict[str, object]:
        """The values that are set, by their names in a request."""
        named = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in named.items() if value is not None}


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """One OpenAI-compatible server and the model to ask of it.

    Raises:
        SettingsError: the address is no http or https URL, or no model is named.
    """

    base_url: str
    """As the server's documents give it, usually ending in `/v1`; a bare `http://host:port` is taken to mean that."""
    model: str
    api_key: str = field(default="", repr=False)
    """Sent to this server alone. Empty for servers that want none."""
    temperature: float = 0.8
    context: int = 0
    """The model's context in tokens; 0 where unknown."""
    budget: int = 0
    """Token budget of a whole turn as the reader set it; 0 for none."""
    connect_timeout: float = 5.0
    """Seconds until a connection must be made."""
    stall_timeout: float = 60.0
    """Seconds of silence that end a reply which has begun. Its first piece may take as long as it likes."""
    sampling: Sampling | None = None
    """Sampling of passages; None for `temperature` alone."""
    slots: int = 0
    """Concurrent requests; 0 asks the server, and means one where it does not say."""
    query: str = field(default="", repr=False)
    """The query of `base_url`, such as `api-version=...`, sent with each request. It may hold a key."""

    def __post_init__(self) -> None:
        try:
            address = addresses.parse(self.base_url)
        except ValueError:
            raise SettingsError(
                "The server's address must be an http or https URL.", hint="Such as http://127.0.0.1:8080/v1."
            ) from None
        if not self.model.strip():
            raise SettingsError(
                "No model is named for the server.", hint="Set FICTION_MODEL, or `model` in the settings."
            )
        url = address.base_url
        object.__setattr__(self, "base_url", url if urlsplit(url).path else f"{url}/v1")
        object.__setattr__(self, "query", address.query or self.query)

    @property
    def address(self) -> str:
        """`host:port` as messages name it, without user, password and path; no port where the URL has none."""
        return addresses.shown(self.base_url)

    @property
    def origin(self) -> str:
        """Scheme, host and port: the scope of a key and of a request gate."""
        scheme, host, port = addresses.origin(self.base_url)
        host = f"[{host}]" if ":" in host else host
        return f"{scheme}://{host}:{port}"

    @property
    def profile(self) -> str:
        """Name of the saved profile of this server and model; without user, password and query."""
        return f"{self.origin}{urlsplit(self.base_url).path} {self.model}"

    @property
    def prose(self) -> Sampling:
        """The sampling of passages."""
        return self.sampling or Sampling(temperature=self.temperature)

    @property
    def loopback(self) -> bool:
        """Whether the server runs on this machine."""
        return addresses.on_this_machine(addresses.host_of(self.base_url))

    @property
    def openai(self) -> bool:
        """Whether the server is OpenAI's own."""
        host = urlsplit(self.base_url).hostname or ""
        return host == "openai.com" or host.endswith(".openai.com")
