import pytest

from shared.core.settings import (
    HookSettings,
    MissingSetting,
    SupabaseSettings,
    WorkerSettings,
)

SECRET = "sb_secret_do_not_show_me"
URL = "https://abc.supabase.co"


def test_a_section_is_read_from_its_variables():
    given = {"SUPABASE_URL": URL, "SUPABASE_PUBLISHABLE_KEY": "sb_publishable_1"}

    settings = SupabaseSettings.read(given)

    assert str(settings.url) == f"{URL}/"
    assert settings.publishable_key.get_secret_value() == "sb_publishable_1"


@pytest.mark.parametrize(
    ("section", "given", "named"),
    [
        (SupabaseSettings, {}, ["SUPABASE_URL", "SUPABASE_PUBLISHABLE_KEY"]),
        (SupabaseSettings, {"SUPABASE_URL": URL}, ["SUPABASE_PUBLISHABLE_KEY"]),
        (WorkerSettings, {"SUPABASE_URL": URL}, ["SUPABASE_SECRET_KEY"]),
    ],
)
def test_every_missing_variable_is_named(section, given, named):
    with pytest.raises(MissingSetting) as refused:
        section.read(given)

    for name in named:
        assert f"{name} is missing" in str(refused.value)


def test_an_unusable_value_is_named_but_never_shown():
    given = {"SUPABASE_URL": f"not an address {SECRET}", "SUPABASE_SECRET_KEY": SECRET}

    with pytest.raises(MissingSetting) as refused:
        WorkerSettings.read(given)

    assert "SUPABASE_URL is not usable" in str(refused.value)
    assert SECRET not in str(refused.value)
    assert refused.value.__suppress_context__


@pytest.mark.parametrize("secrets", ["", " ", ",", "abc,", ",abc", "abc,,def", "abc, "])
def test_an_empty_secret_is_refused_by_name(secrets):
    given = {"EVENT_QUEUE_URL": URL, "WEBHOOK_SECRETS": secrets}

    with pytest.raises(
        MissingSetting, match=r"WEBHOOK_SECRETS is not usable \(an empty"
    ):
        HookSettings.read(given)


@pytest.mark.parametrize("secrets", ["abc", "abc,def", "abc, def"])
def test_one_secret_or_two_are_in_force(secrets):
    settings = HookSettings.read(
        {"EVENT_QUEUE_URL": "https://queue", "WEBHOOK_SECRETS": secrets}
    )

    assert settings.secrets == ["abc", "def"][: len(secrets.split(","))]
    assert "abc" not in repr(settings)


def test_a_key_does_not_show_in_a_representation():
    settings = WorkerSettings(url=URL, secret_key=SECRET)

    assert SECRET not in f"{settings!r} {settings}"


def test_a_section_reads_only_its_own_variables():
    given = {"SUPABASE_URL": URL, "SUPABASE_PUBLISHABLE_KEY": "p"}

    assert SupabaseSettings.read(given | {"SUPABASE_SECRET_KEY": SECRET})
    assert "secret_key" not in SupabaseSettings.model_fields
