"""The proxy on the way to a server, as the environment names it."""

from urllib.request import getproxies

import pytest

from fiction.text.proxies import SYSTEM, Proxy, UnusableProxy, proxy_for

SERVER = "https://models.example.org/v1"


def found(address: str, monkeypatch: pytest.MonkeyPatch, **variables: str) -> Proxy | None:
    for name in ("http", "https", "all", "no"):
        monkeypatch.delenv(f"{name}_proxy", raising=False)
        monkeypatch.delenv(f"{name.upper()}_PROXY", raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return proxy_for(address, getproxies(), variables)


@pytest.mark.parametrize(
    ("variables", "url", "variable"),
    [
        ({"HTTPS_PROXY": "http://p:3128"}, "http://p:3128", "HTTPS_PROXY"),
        ({"https_proxy": "http://q:1", "HTTPS_PROXY": "http://p:3128"}, "http://q:1", "https_proxy"),
        ({"ALL_PROXY": "p:3128"}, "http://p:3128", "ALL_PROXY"),
        ({"ALL_PROXY": "socks5://p:1", "HTTPS_PROXY": "http://p:3128/"}, "http://p:3128", "HTTPS_PROXY"),
        ({"all_proxy": "socks://p:1080/"}, "socks5://p:1080", "all_proxy"),
        ({"ALL_PROXY": "SOCKS5H://u:w@p:1080"}, "socks5h://u:w@p:1080", "ALL_PROXY"),
    ],
)
def test_the_variable_that_counts_names_the_proxy(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], url: str, variable: str
) -> None:
    assert found(SERVER, monkeypatch, **variables) == Proxy(url, variable)


def test_a_proxy_that_no_variable_names_is_the_systems() -> None:
    assert proxy_for(SERVER, {"https": "http://p:1"}, {}) == Proxy("http://p:1", SYSTEM)


def test_a_proxy_for_the_other_scheme_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    assert found(SERVER, monkeypatch, HTTP_PROXY="http://p:1") is None


@pytest.mark.parametrize("address", ["http://127.0.0.1:8080/v1", "http://localhost:1/v1", "http://[::1]:1/v1"])
def test_no_proxy_is_on_the_way_to_this_machine(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    assert found(address, monkeypatch, ALL_PROXY="nonsense://") is None


@pytest.mark.parametrize(
    ("passed", "address"),
    [
        ("*", SERVER),
        ("a,*", SERVER),
        ("models.example.org", SERVER),
        ("Example.ORG", SERVER),
        (".example.org", SERVER),
        ("*.example.org", SERVER),
        ("other , example.org", SERVER),
        ("example.org:443", SERVER),
        ("https://models.example.org", SERVER),
        ("192.168.1.7", "http://192.168.1.7:8080/v1"),
        ("192.168.1.7:8080", "http://192.168.1.7:8080/v1"),
        ("192.168.0.0/16", "http://192.168.1.7:8080/v1"),
        ("fd00::/8", "http://[fd00::7]:8080/v1"),
        ("[fd00::7]", "http://[fd00::7]:8080/v1"),
    ],
)
def test_what_no_proxy_names_is_reached_without_one(monkeypatch: pytest.MonkeyPatch, passed: str, address: str) -> None:
    assert found(address, monkeypatch, ALL_PROXY="socks4://p:1", NO_PROXY=passed) is None


@pytest.mark.parametrize(
    "passed", ["ample.org", "example.org:80", "models", "models.example.org.evil", "10.0.0.0/8", ",", ":"]
)
def test_what_no_proxy_does_not_name_goes_through_it(monkeypatch: pytest.MonkeyPatch, passed: str) -> None:
    assert found(SERVER, monkeypatch, ALL_PROXY="http://p:1", NO_PROXY=passed) == Proxy("http://p:1", "ALL_PROXY")


@pytest.mark.parametrize(
    "named", ["socks4://p:1", "ftp://p", "http://", "socks5://", "http://p:99999", "http://p q", "://p"]
)
def test_a_proxy_that_can_not_be_used_is_said_by_its_variable(monkeypatch: pytest.MonkeyPatch, named: str) -> None:
    with pytest.raises(UnusableProxy, match=r"ALL_PROXY names a proxy .*\."):
        found(SERVER, monkeypatch, ALL_PROXY=named)


def test_nothing_that_is_said_of_a_proxy_holds_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = found(SERVER, monkeypatch, ALL_PROXY="http://user:hidden@p:1")
    assert proxy is not None
    assert "hidden" not in repr(proxy) + proxy.address
    with pytest.raises(UnusableProxy) as refused:
        found(SERVER, monkeypatch, ALL_PROXY="nonsense://user:hidden@p:1")
    assert "hidden" not in str(refused.value)
