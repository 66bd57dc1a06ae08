"""Settings: what they show to whom, their bounds, and that SQL reaches none alone."""

import pytest

from .acting import ANON, refused
from .personas import PEOPLE

NOT_SIGNED_IN = "42501"
COLUMNS = """
select attname, format_type(atttypid, null), not attnotnull,
    col_description(attrelid, attnum)
from pg_attribute
where attrelid = 'private.settings'::regclass and attnum > 0 and not attisdropped
    and attname not in ('only_row', 'version')
"""
TYPES = {"boolean": "boolean", "text": "string"}
PUBLIC = {
    "bytes_per_minute", "commands_per_minute", "confirm_new_tickets",
    "default_language", "reply_lease", "solved_closes_after",
}  # fmt: skip


def settings(db, who="admin"):
    db.execute("delete from private.command_counts")  # a limit may be low
    return {each["name"]: each for each in db.items(who, "get_settings")}


def change(db, who="admin", expected_version=None, **changes):
    db.execute("delete from private.command_counts")
    return db.call(
        who, "change_settings", changes=changes, expected_version=expected_version
    )


def other(setting):
    """Return a value within bounds that a setting does not have."""
    if setting["type"] == "boolean":
        return not setting["value"]
    if setting["type"] == "string":
        return "de"
    low, high = setting["minimum"], setting["maximum"]
    return low if setting["value"] != low else high


def test_every_column_is_a_setting_of_the_api_with_bounds_and_meaning(db):
    shown = settings(db)
    columns = {name: rest for name, *rest in db.execute(COLUMNS)}

    assert set(shown) == set(columns)
    for name, (kind, nullable, meaning) in columns.items():
        setting = shown[name]
        assert setting["type"] == TYPES.get(kind, "integer")
        assert setting["nullable"] is nullable
        assert meaning
        assert setting["meaning"] == meaning
        is_number = setting["type"] == "integer"
        assert (setting["unit"] is not None) is is_number
        assert (setting["minimum"] is not None) is is_number
        assert (setting["maximum"] is not None) is is_number
        assert kind != "interval" or setting["unit"] == "seconds"
    defined = db.scalar("select array_agg(setting) from private.setting_definitions")
    assert sorted(defined) == sorted(columns)


def test_defaults_are_what_a_new_deployment_has(db):
    db.execute("delete from private.settings")
    db.execute("insert into private.settings default values")

    shown = settings(db)

    assert {n: s["value"] for n, s in shown.items()} == {
        name: setting["default"] for name, setting in shown.items()
    }
    assert shown["solved_closes_after"]["value"] == 4 * 86400
    assert shown["commands_per_minute"]["value"] == 600
    assert shown["email_delay"]["value"] == 30


def test_every_setting_can_be_changed_to_its_bounds_and_no_further(db):
    for name, setting in settings(db).items():
        value = other(setting)
        change(db, **{name: value})
        assert settings(db)[name]["value"] == value

        if setting["type"] == "integer":
            for bound, step in ((setting["minimum"], -1), (setting["maximum"], 1)):
                change(db, **{name: bound})
                assert settings(db)[name]["value"] == bound
                with refused("PT422", "invalid") as refusal:
                    change(db, **{name: bound + step})
                assert name in refusal.value.diag.message_detail
                assert settings(db)[name]["value"] == bound
        if setting["nullable"]:
            change(db, **{name: None})
            assert settings(db)[name]["value"] is None
        else:
            with refused("PT422", "invalid"):
                change(db, **{name: None})


@pytest.mark.parametrize(
    "changes",
    [
        {"only_row": False},
        {"version": 7},
        {"unknown": 1},
        {"reply_lease": "P1D"},
        {"reply_lease": 60.5},
        {"reply_lease": True},
        {"confirm_new_tickets": 1},
        {"confirm_new_tickets": "true"},
        {"page_scan_limit": 1e300},
        {"default_language": 7},
        {"reply_lease": 60, "email_delay": -1},
    ],
)
def test_what_is_no_setting_is_refused_and_changes_nothing(db, changes):
    before = settings(db)

    with refused("PT422", "invalid"):
        change(db, **changes)

    assert settings(db) == before


def test_a_language_is_a_tag(db):
    for language in ("", "EN", "english", "de_DE", "en-gb", "de\n"):
        with refused("23514"):
            change(db, default_language=language)
    for language in ("de", "pt-BR", "zh-Hant-TW", "es-419"):
        change(db, default_language=language)


def test_bounds_hold_whoever_writes(db):
    with refused("PT422", "invalid"):
        db.execute("update private.settings set reply_lease = '2 hours'")


def test_changes_have_versions(db):
    version = db.call("admin", "get_settings")["version"]

    changed = change(db, email_delay=60, expected_version=version)

    assert changed["version"] == version + 1
    assert change(db, email_delay=60)["version"] == version + 1  # nothing to change
    assert change(db)["version"] == version + 1
    with refused("PT412", "stale"):
        change(db, email_delay=70, expected_version=version)
    assert settings(db)["email_delay"]["value"] == 60


@pytest.mark.parametrize("who", PEOPLE)
def test_everybody_knows_what_may_be_known_and_admins_all(db, who):
    shown = settings(db, who)

    if who == "admin":
        assert shown.keys() > PUBLIC
        assert {n for n, s in shown.items() if s["public"]} == PUBLIC
    else:
        assert set(shown) == PUBLIC
        with refused("PT403", "denied"):
            change(db, who, email_delay=60)


def test_strangers_know_no_setting(db):
    with refused(NOT_SIGNED_IN):
        settings(db, ANON)
    with refused(NOT_SIGNED_IN):
        change(db, ANON)
