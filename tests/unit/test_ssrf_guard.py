"""Whom we may post to, whatever form the address takes."""

import pytest

from shared.webhooks.delivery import AddressRefused, SsrfGuard, is_public
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


def answering(*answers):
    """A resolver that gives these answers in turn, and what it was asked."""
    asked, rest = [], list(answers)

    async def resolve(name, port):
        asked.append((name, port))
        answer = rest.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return resolve, asked


def find(url, *answers, allow_private=False):
    resolve, _ = answering(*answers)
    return run_alone(SsrfGuard(allow_private, resolve).target(url))


@pytest.mark.parametrize("address", INSIDE)
def test_inside_is_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", OUTSIDE)
def test_outside_is(address):
    assert is_public(address)


@pytest.mark.parametrize("address", INSIDE)
def test_a_name_that_leads_inside_is_refused(address):
    with pytest.raises(AddressRefused, match="not on the public internet"):
        find("https://hooks.example.com/", [address])


def test_one_address_inside_is_enough():
    with pytest.raises(AddressRefused):
        find("https://hooks.example.com/", ["1.1.1.1", "10.0.0.1"])


def test_the_connection_goes_to_the_address_that_was_checked():
    resolve, asked = answering(["1.1.1.1"], ["127.0.0.1"])  # DNS rebinding

    target = run_alone(
        SsrfGuard(False, resolve).target("https://hooks.example.com/in?x=1")
    )

    assert str(target.url) == "https://1.1.1.1/in?x=1"
    assert (target.host, target.name) == ("hooks.example.com", "hooks.example.com")
    assert asked == [("hooks.example.com", 443)]


def test_an_address_of_ipv6_is_written_in_brackets():
    target = find("https://hooks.example.com/in", ["2606:4700:4700::1111"])

    assert str(target.url) == "https://[2606:4700:4700::1111]/in"


def test_a_name_in_another_script_is_asked_for_as_dns_has_it():
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
    ],
)
def test_an_url_of_another_form_is_refused_before_anybody_is_asked(url):
    resolve, asked = answering()

    with pytest.raises(AddressRefused):
        run_alone(SsrfGuard(False, resolve).target(url))

    assert asked == []


@pytest.mark.parametrize(
    "url", ["https://127.1/", "https://2130706433/", "https://0x7f.0.0.1/"]
)
def test_odd_spellings_of_an_address_are_resolved_and_refused(url):
    with pytest.raises(AddressRefused):
        run_alone(SsrfGuard(False).target(url))


@pytest.mark.parametrize("trouble", [OSError("no"), UnicodeError("long"), []])
def test_a_name_without_an_address_is_refused(trouble):
    with pytest.raises(AddressRefused):
        find("https://hooks.example.com/", trouble)


def test_a_laptop_may_post_to_itself():
    target = find("http://localhost:3001/in", ["127.0.0.1"], allow_private=True)

    assert str(target.url) == "http://127.0.0.1:3001/in"
    assert target.host == "localhost:3001"
