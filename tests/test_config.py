"""The configuration: where values come from, and what people are told when something is wrong with them."""

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from pydantic import SecretStr

from kiebot import config
from kiebot.config import ConfigFault, load
from kiebot.config.copying import as_toml, left_out
from kiebot.config.keys import field_type, key_paths

EXAMPLE = Path(__file__).parent.parent / "config.example.toml"
SECRETS = [path for path in key_paths() if field_type(path) is SecretStr]


@pytest.fixture
def file(tmp_path):
    return tmp_path / "config.toml"


def messages(text, file, environ=None):
    file.write_text(text)
    with pytest.raises(ConfigFault) as caught:
        config.load(file, environ or {})
    return [str(problem).removeprefix(f"{file}: ") for problem in caught.value.problems]


def test_without_any_source_everything_has_its_default(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    loaded = config.load(None, {})
    assert loaded.data_dir == Path("data")
    assert loaded.limits.requests_per_hour == 20
    assert loaded.telegram.bot_token.get_secret_value() == ""


def test_the_mark_that_editors_on_windows_put_first_is_no_error(file):
    file.write_bytes(b'\xef\xbb\xbf[text]\r\nmodel = "m"\r\n')
    assert config.load(file, {}).text.model == "m"


def test_a_file_that_this_user_may_not_look_for_is_told_in_words(tmp_path):
    folder = tmp_path / "of-root"
    folder.mkdir()
    (folder / "config.toml").write_text("")
    me = os.geteuid()
    folder.chmod(0)
    try:
        if me == 0:
            os.seteuid(65534)
        with pytest.raises(ConfigFault) as caught:
            load(folder / "config.toml", {})
        with pytest.raises(ConfigFault) as unread:
            load(None, {"CREDENTIALS_DIRECTORY": str(folder)})
    finally:
        os.seteuid(me)
        folder.chmod(0o700)
    assert str(folder / "config.toml") in str(caught.value)
    assert f"{folder}: cannot be read" in str(unread.value)


def test_the_environment_wins_over_the_file(file):
    file.write_text('[text]\nmodel = "from-file"\nsystem_prompt = "kept"')
    loaded = config.load(file, {"KIEBOT_TEXT__MODEL": "from-environment", "KIEBOT_TIMEZONE": "Europe/Berlin"})
    assert (loaded.text.model, loaded.text.system_prompt, loaded.timezone) == ("from-environment", "kept", "Europe/Berlin")


@pytest.mark.parametrize("written", ["12 34", "12,34", "[12, 34]"])
def test_lists_in_the_environment_take_the_usual_forms(written):
    assert config.load(None, {"KIEBOT_TELEGRAM__ADMINS": written}).telegram.admins == [12, 34]


def test_a_secret_may_lie_in_a_file_beside_the_configuration(file, tmp_path):
    (tmp_path / "token").write_text("1:abc\n")
    file.write_text('[telegram]\nbot_token_file = "token"')
    assert config.load(file, {}).telegram.bot_token.get_secret_value() == "1:abc"


@pytest.mark.parametrize("written", ["[{credits = 10, amount = 60}]", '[{"credits": 10, "amount": 60}]'])
def test_tables_in_the_environment_are_written_as_in_the_file_or_as_json(written):
    loaded = config.load(None, {"KIEBOT_PAYMENTS__LAVATOP__PACKS": written})
    assert [(pack.credits, pack.amount) for pack in loaded.payments.lavatop.packs] == [(10, 60)]
    margins = config.load(None, {"KIEBOT_BILLING__VENDOR_MARGINS": '{"Google" = 1.3}'}).billing.vendor_margins
    assert margins == {"Google": 1.3}


@pytest.mark.parametrize("written", ["", "10 for 60", "[{credits = 10", '[{"credits": 10}]\nx = 1'])
def test_a_table_in_the_environment_that_cannot_be_read_is_a_problem_with_its_name(written):
    with pytest.raises(ConfigFault, match="lavatop"):
        config.load(None, {"KIEBOT_PAYMENTS__LAVATOP__PACKS": written})


def test_a_secret_file_may_be_named_by_the_environment(tmp_path):
    (tmp_path / "key").write_text("k")
    loaded = config.load(None, {"KIEBOT_KIE__API_KEY_FILE": str(tmp_path / "key")})
    assert loaded.kie.api_key.get_secret_value() == "k"


def test_systemd_credentials_fill_what_nothing_else_gives(file, tmp_path):
    (tmp_path / "telegram_bot_token").write_text("1:from-credential\n")
    (tmp_path / "kie_api_key").write_text("from-credential")
    file.write_text('[kie]\napi_key = "from-file"')
    loaded = config.load(file, {"CREDENTIALS_DIRECTORY": str(tmp_path)})
    assert loaded.telegram.bot_token.get_secret_value() == "1:from-credential"
    assert loaded.kie.api_key.get_secret_value() == "from-file"


def test_a_folder_of_credentials_is_found_under_the_names_that_systemd_gives(file, tmp_path):
    (tmp_path / "kiebot_telegram_bot_token").write_text("1:from-folder\n")
    file.write_text("")
    assert config.load(file, {"CREDENTIALS_DIRECTORY": str(tmp_path)}).telegram.bot_token.get_secret_value() == "1:from-folder"


def test_relative_paths_start_from_the_file(file, tmp_path):
    file.write_text('data_dir = "state"')
    assert config.load(file, {}).data_dir == tmp_path / "state"


def test_all_mistakes_are_told_at_once_with_file_and_key(file):
    told = messages(
        '[web]\nport = 99999\n[limits]\njobs_at_once = 0\n[text]\nmodle = "x"', file, {"KIEBOT_LOGGING__LEVEL": "loud"}
    )
    assert told == [
        "text.modle: unknown key, did you mean text.model?",
        "limits.jobs_at_once: must be at least 1",
        "web.port: must be at most 65535",
        "$KIEBOT_LOGGING__LEVEL: logging.level: must be 'auto', 'DEBUG', 'INFO', 'WARNING' or 'ERROR'",
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[telegramm]\nbot_token = "x"', "telegramm: unknown key, did you mean telegram?"),
        ('bot_token = "x"', "bot_token: unknown key, did you mean telegram.bot_token?"),
        ("xyzzy = 1", "xyzzy: unknown key; config.example.toml lists all"),
        ("[limits]\nvideo_minutes = 5", "limits.video_minutes: is not part of this release yet"),
        ("[limits]\naudio_mb = 4000", "limits.audio_mb: must be at most 2000"),
        (
            "payments.stars.packs = [{credits = 9999999999, stars = 1}]",
            "configuration: payments.stars.packs.credits: must be at most 100000000",
        ),
        (
            "payments.lavatop.packs = [{credits = 1, amount = 9999999999}]",
            "configuration: payments.lavatop.packs.amount: must be at most 100000000",
        ),
        ('telegram = "x"', "telegram: is a section and takes keys, not a value"),
        ('[telegram]\napi_id = "abc"', "telegram.api_id: must be a whole number"),
        ("[text]\nmodel = 5", 'text.model: must be text in "quotes"'),
        ('[web]\nenabled = "maybe"', "web.enabled: must be true or false"),
        ('[telegram]\nadmins = "me"', "telegram.admins: must be a list in [brackets]"),
        ('[telegram]\nadmins = ["me"]', "telegram.admins: must be a whole number"),
        ('[text]\nbase_url = "api.openai.com"', "text.base_url: must start with https:// (or http://)"),
        ('[telegram]\nserver = "localhost"', 'telegram.server: must be "HOST:PORT"'),
        ('[telegram]\nserver = "a b:443"', 'telegram.server: must be "HOST:PORT"'),
        ('[telegram]\nserver = "localhost:70000"', 'telegram.server: must be "HOST:PORT"'),
        ('[web]\nhost = "a b"', 'web.host: must be an address or the name of a host, such as "127.0.0.1"'),
        ('[web]\nhost = "http://127.0.0.1"', 'web.host: must be an address or the name of a host, such as "127.0.0.1"'),
        ('[telegram]\nserver = "127.0.0.1:443"', "telegram: server needs server_public_key_file beside it"),
        ('timezone = "Mars/Base"', 'timezone: must be a time zone of this system such as "Europe/Berlin"'),
    ],
)
def test_a_mistake_is_told_in_plain_words(file, text, told):
    assert messages(text, file) == [told]


URLS = [path for path in key_paths() if path[-1] in ("base_url", "callback_url", "bot_api_url", "terms_url")]
NO_HOST = "must name a host and have no blanks, as https://api.example.com/v1 does"


@pytest.mark.parametrize("path", URLS, ids=".".join)
def test_an_address_names_a_host(file, path):
    key = ".".join(path)
    for wrong in ("https://", "https:///v1", "http://:80", "https://a b", "https://a/v 1", "https://a:port", "https://a:70000"):
        assert messages(f'{key} = "{wrong}"', file) == [f"{key}: {NO_HOST}"]
    for right in (
        "https://api.example.com/v1",
        "http://127.0.0.1:8081",
        "http://[::1]:8081/v1",
        "http://local_host",
        "https://пример.рф",
    ):
        file.write_text(f'{key} = "{right}"')
        config.load(file, {})


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "::", "localhost", "a-b.example.com", ""])
def test_the_web_process_listens_on_any_address_or_name(file, host):
    file.write_text(f'[web]\nhost = "{host}"')
    assert config.load(file, {}).web.host == host


@pytest.mark.parametrize("token", ["canary", " 1:canary", "1:canary ", "1:can ary", ":canary", "1:", "a:canary", "1:2:canary"])
def test_what_cannot_be_a_bots_token_is_refused_and_not_shown(file, token):
    told = "telegram.bot_token: is not a bot's token: it looks like 123456:ABC-DEF, with no blanks"
    assert messages(f'[telegram]\nbot_token = "{token}"', file) == [told]


def unusable(text, file):
    file.write_text(text)
    return [f"{problem.key}: {problem.message}" for problem in config.unusable(config.load(file, {}))]


@pytest.mark.parametrize("written", ["short", "0123456789abcdef0123456789abcdeg", " 0123456789abcdef0123456789abcdef", "0" * 33])
def test_an_api_hash_that_telegram_never_gave_is_told_but_another_server_takes_any(file, tmp_path, written):
    (tmp_path / "k.pem").touch()
    text = f'[telegram]\napi_hash = "{written}"\n'
    assert unusable(text, file) == [
        "telegram.api_hash: must be 32 of the characters 0-9 and a-f, as it stands at my.telegram.org"
    ]
    assert unusable(text + 'server = "127.0.0.1:443"\nserver_public_key_file = "k.pem"', file) == []
    assert unusable(text.replace(written, "0123456789abcdef0123456789abcdef"), file) == []


def test_a_key_file_of_the_server_that_is_not_there_is_told(file, tmp_path):
    text = '[telegram]\nserver = "127.0.0.1:443"\nserver_public_key_file = "k.pem"'
    assert unusable(text, file) == [f"telegram.server_public_key_file: {tmp_path / 'k.pem'} is not there"]
    (tmp_path / "k.pem").mkdir()
    assert unusable(text, file) == [f"telegram.server_public_key_file: {tmp_path / 'k.pem'} is not a file"]


def test_a_data_directory_where_a_file_stands_is_told(file, tmp_path):
    told = f"data_dir: {tmp_path / 'afile'} is not a folder: name one, or a place where one can be made"
    (tmp_path / "afile").touch()
    assert unusable('data_dir = "afile"', file) == [told]
    assert unusable('data_dir = "afile/deep/er"', file) == [told]
    (tmp_path / "afile").unlink()
    (tmp_path / "afile").symlink_to("nowhere")
    assert unusable('data_dir = "afile"', file) == [told]
    assert unusable('data_dir = "new/deep/er"', file) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["afile", "config.toml"]


def test_a_data_directory_that_this_user_cannot_make_is_told(file):
    me = os.geteuid()
    try:
        if me == 0:
            os.seteuid(65534)
        found = config.unusable(config.Config(data_dir="/proc/x"))
    finally:
        os.seteuid(me)
    assert [problem.message for problem in found] == ["/proc/x cannot be made: this user may not write in /proc"]


@pytest.mark.parametrize(
    ("section", "key", "value"),
    [
        ("telegram", "bot_token", "123456789:AA..."),
        ("text", "api_key", "sk-..."),
        ("text", "api_key", "sk-…"),
        ("kie", "api_key", "..."),
    ],
)
def test_an_example_out_of_the_readme_is_no_secret(file, section, key, value):
    told = f"{section}.{key}: is the example out of the README; put your own in its place"
    assert messages(f'[{section}]\n{key} = "{value}"', file) == [told]
    variable = f"KIEBOT_{section}__{key}".upper()
    assert messages("", file, {variable: value}) == [f"${variable}: {told}"]
    checked = subprocess.run(
        [sys.executable, "-c", "from kiebot.cli.admin import admin; admin()", "config", "check"],
        env=os.environ | {variable: value, "KIEBOT_CONFIG": str(file)},
        capture_output=True,
        text=True,
    )
    assert checked.returncode == 1
    assert told in checked.stdout


@pytest.mark.parametrize("section", ["database", "queue"])
def test_a_database_other_than_sqlite_is_refused(file, section):
    [told] = messages(f'[{section}]\nurl = "postgresql://localhost/kiebot"', file)
    assert told == f"{section}.url: only the SQLite files in data_dir are supported by this release; leave it empty"


def test_unknown_variables_are_mistakes_too():
    with pytest.raises(ConfigFault, match=r"\$KIEBOT_TEXT__MODLE: text.modle: unknown key, did you mean text.model"):
        config.load(None, {"KIEBOT_TEXT__MODLE": "x"})


def test_a_broken_file_and_an_unreadable_secret_are_told_by_name(file):
    assert "cannot be read: " in messages("[telegram", file)[0]
    [told] = messages('[kie]\napi_key_file = "/nowhere"', file)
    assert told.startswith("kie.api_key_file: cannot be read: ")


def test_a_file_that_was_named_must_exist(tmp_path):
    with pytest.raises(ConfigFault, match="there is no such file"):
        config.find(tmp_path / "nothing.toml", {})
    with pytest.raises(ConfigFault, match="there is no such file"):
        config.find(None, {"KIEBOT_CONFIG": str(tmp_path / "nothing.toml")})


def test_what_a_bot_lacks_is_listed_with_where_to_get_it(file):
    file.write_text('[telegram]\napi_id = 5\napi_hash = "h"')
    assert [problem.key for problem in config.missing(config.load(file, {}))] == ["telegram.bot_token", "text.api_key"]


def test_a_server_of_ones_own_needs_no_key_for_text(file):
    file.write_text('[text]\nbase_url = "http://127.0.0.1:8081/v1/"')
    loaded = config.load(file, {})
    assert loaded.text.base_url == "http://127.0.0.1:8081/v1"
    assert "text.api_key" not in [problem.key for problem in config.missing(loaded)]


def test_no_secret_is_ever_shown(file):
    values = [f"{number}:canary" for number in range(len(SECRETS))]  # a bot's token has to look like one
    lines = [f'{".".join(path)} = "{value}"' for path, value in zip(SECRETS, values, strict=True)]
    file.write_text("\n".join(lines))
    loaded = config.load(file, {})
    assert "canary" not in json.dumps(config.describe(loaded)) + repr(loaded) + str(loaded)
    assert sorted(config.secrets(loaded)) == sorted(values)


def test_the_example_loads_as_it_is():
    assert config.load(EXAMPLE, {}) == config.Config()


def test_the_example_shows_every_key_with_its_default(file):
    text = EXAMPLE.read_text()
    shown = tomllib.loads("\n".join(line.removeprefix("# ") for line in text.splitlines() if _is_key(line)))
    paths = set(key_paths())
    assert set(_paths(shown)) == paths
    defaults = config.describe(config.Config())
    for section, key in [path for path in paths if len(path) == 2]:
        if defaults[section][key] is not None and (section, key) not in SECRETS:
            assert shown[section][key] == defaults[section][key], f"{section}.{key}"


def _is_key(line):
    return line.startswith("[") or (line.startswith("# ") and " = " in line and line[2:].split(" = ")[0].isidentifier())


def _paths(table, trail=()):
    for name, value in table.items():
        if isinstance(value, dict) and (*trail, name) not in key_paths():
            yield from _paths(value, (*trail, name))
        else:
            yield (*trail, name)


def test_every_key_in_the_example_is_explained():
    lines = EXAMPLE.read_text().splitlines()
    for number, line in enumerate(lines):
        if _is_key(line) and not line.startswith("["):
            before = lines[number - 1]
            assert before.startswith("## "), f"nothing explains {line!r}"


def test_loading_takes_no_library_of_the_network():
    code = "import sys, kiebot.config; print([m for m in ('httpx', 'openai', 'pyrogram', 'peewee') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env={**os.environ})
    assert done.stdout.strip() == "[]"


def test_a_copy_of_the_configuration_says_the_same(tmp_path):
    """Nested tables, lists of tables, names with points, and letters that TOML and JSON write alike."""
    file = tmp_path / "config.toml"
    file.write_text(
        'timezone = "Europe/Berlin"\n[text]\nsystem_prompt = "a \\"b\\"\\n\\u007f ы 😀 \\\\"\napi_key = "canary"\n'
        '[billing]\nmargin = 1.5\nvendor_margins = {"A.B" = 2.0}\n[payments.stars]\nenabled = true\n'
        "packs = [{credits = 1, stars = 2}, {credits = 3, stars = 4}]\n[telegram]\nadmins = [1, 2]\n"
    )
    loaded = load(file, {"KIEBOT_DATA_DIR": str(tmp_path), "KIEBOT_KIE__API_KEY": "other"})
    copy = tmp_path / "copy.toml"
    copy.write_text(as_toml(loaded, with_secrets=True))
    assert load(copy, {"KIEBOT_DATA_DIR": str(tmp_path)}) == loaded
    copy.write_text(as_toml(loaded, with_secrets=False))
    bare = load(copy, {"KIEBOT_DATA_DIR": str(tmp_path)})
    assert (bare.text.api_key.get_secret_value(), bare.kie.api_key.get_secret_value()) == ("", "")
    assert bare.payments == loaded.payments
    assert sorted(left_out(loaded)) == ["kie.api_key", "text.api_key"]
