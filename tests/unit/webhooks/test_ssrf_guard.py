"""The SSRF guard: only public addresses, whatever form they take."""

import httpx
import pytest

from shared.webhooks.delivery import AddressRefused, SsrfGuard, check_url, is_public
from tests.loops import run as run_alone

INSIDE = [
    "0.0.0.0",  # noqa: S104
    "10.1.2.3",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:10.0.0.1",
    "2002:7f00:1::1",
    "2002:a9fe:a9fe::",
    "2002:a00:1::",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::a00:1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:db8::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "5f00::1",
]
OUTSIDE = [
    "1.1.1.1",
    "93.184.215.14",
    "172.32.0.1",
    "2606:4700:4700::1111",
    "::ffff:1.1.1.1",
    "2002:101:101::",
    "64:ff9b::101:101",
]

SPELLED = [  # an inside address or name, in spellings that resolvers take
    "https://127.1/",
    "https://2130706433/",
    "https://0x7f.0.0.1/",
    "https://10.0.0.1./",
    "https://localhost/",
    "https://LOCALHOST./",
    "https://a.b.localhost/",
    "https://printer.local/",
    "https://metadata.google.internal/",
    "https://router.home.arpa/",
]


def resolver(*results):
    """A resolver with these results in turn, and the names that it looks up."""
    looked_up, left = [], list(results)

    async def resolve(name, port):
        looked_up.append((name, port))
        result = left.pop(0)
        if isinstance(result, Exception):
            raise result
        return result

    return resolve, looked_up


def find(url, *results, allow_private=False):
    resolve, _ = resolver(*results)
    return run_alone(SsrfGuard(allow_private, resolve).target(url))


@pytest.mark.parametrize("address", INSIDE)
def test_an_inside_address_is_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", OUTSIDE)
def test_an_outside_address_is_public(address):
    assert is_public(address)


@pytest.mark.parametrize("address", INSIDE)
def test_a_name_with_an_inside_address_is_refused(address):
    with pytest.raises(AddressRefused, match="not on the public internet"):
        find("https://hooks.example.com/", [address])


def test_one_inside_address_among_others_is_refused():
    with pytest.raises(AddressRefused):
        find("https://hooks.example.com/", ["1.1.1.1", "10.0.0.1"])


def test_the_connection_goes_to_the_address_that_was_checked():
    resolve, looked_up = resolver(["1.1.1.1"], ["127.0.0.1"])  # DNS rebinding

    target = run_alone(
        SsrfGuard(False, resolve).target("https://hooks.example.com/in?x=1")
    )

    assert str(target.url) == "https://1.1.1.1/in?x=1"
    assert (target.host, target.name) == ("hooks.example.com", "hooks.example.com")
    assert looked_up == [("hooks.example.com", 443)]


def test_an_address_of_ipv6_is_written_in_brackets():
    target = find("https://hooks.example.com/in", ["2606:4700:4700::1111"])

    assert str(target.url) == "https://[2606:4700:4700::1111]/in"


def test_an_international_name_is_looked_up_as_punycode():
    target = find("https://bücher.example/", ["1.1.1.1"])

    assert target.name == target.host == "xn--bcher-kva.example"


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.com/",
        "ftp://hooks.example.com/",
        "file:///etc/passwd",
        "https://user:secret@hooks.example.com/",  # pragma: allowlist secret
        "https://user@hooks.example.com/",
        "https://hooks.example.com:8443/",
        "https://hooks.example.com:22/",
        "https:///in",
        "hooks.example.com",
        "https://[::1/",
        "https://a\x00b/",
        "https://hooks.example.com:99999/",
        "https://0177.0.0.1/",
        *SPELLED,
    ],
)
def test_a_url_of_another_form_is_refused_before_a_lookup(url):
    resolve, looked_up = resolver()

    with pytest.raises(AddressRefused):
        run_alone(SsrfGuard(False, resolve).target(url))

    assert looked_up == []


@pytest.mark.parametrize("url", SPELLED)
def test_what_can_never_work_is_refused_without_a_lookup_in_the_same_words(url):
    with pytest.raises(AddressRefused) as saved:
        check_url(url, allow_private=False)

    with pytest.raises(AddressRefused) as sent:
        run_alone(SsrfGuard(False).target(url))

    assert str(saved.value) == str(sent.value)
    check_url(url, allow_private=True)


@pytest.mark.parametrize("address", INSIDE)
def test_a_url_with_an_inside_address_is_refused(address):
    host = f"[{address.partition('%')[0]}]" if ":" in address else address

    with pytest.raises(AddressRefused, match="not on the public internet"):
        check_url(f"https://{host}/in", allow_private=False)


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.example.com/in?x=1#y",
        "https://hooks.example.com:443/",
        "https://1.1.1.1/",
        "https://[2606:4700:4700::1111]/",
        "https://bücher.example/",
        "https://localhost.example.com/",
        "https://mylocal/",
    ],
)
def test_what_only_the_network_knows_is_left_to_the_sending(url):
    assert check_url(url, allow_private=False) == httpx.URL(url)


@pytest.mark.parametrize("failure", [OSError("no"), UnicodeError("long"), []])
def test_a_name_without_an_address_is_refused(failure):
    with pytest.raises(AddressRefused):
        find("https://hooks.example.com/", failure)


def test_private_addresses_may_be_allowed():
    target = find("http://localhost:3001/in", ["127.0.0.1"], allow_private=True)

    assert str(target.url) == "http://127.0.0.1:3001/in"
    assert target.host == "localhost:3001"
