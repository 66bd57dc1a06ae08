"""The part of `supabase/config.toml` that the local platform obeys."""

from infra.local.config import ProjectConfig

FILE = """
[api]
schemas = ["public", "graphql_public"]
max_rows = 50

[auth]
jwt_expiry = 600
enable_signup = false

[auth.email]
enable_confirmations = true

[auth.hook.custom_access_token]
enabled = true
uri = "pg-functions://postgres/public/custom_access_token_hook"
"""


def test_what_the_file_says_holds(tmp_path):
    file = tmp_path / "config.toml"
    file.write_text(FILE)

    assert ProjectConfig.load(file) == ProjectConfig(
        schemas=("public",),
        max_rows=50,
        token_life=600,
        signup=False,
        confirmations=True,
        access_token_hook="pg-functions://postgres/public/custom_access_token_hook",
    )


def test_a_hook_that_is_not_enabled_is_not_called(tmp_path):
    file = tmp_path / "config.toml"
    file.write_text(FILE.replace("enabled = true", "enabled = false"))

    assert ProjectConfig.load(file).access_token_hook == ""


def test_without_a_file_the_defaults_hold(tmp_path):
    assert ProjectConfig.load(tmp_path / "config.toml") == ProjectConfig()
