"""Where the app is served: what each place says about it, which wins, and what is refused."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from engine.cli.serving.places import FIRST_PORT, LAST_PORT, Place, ServerSettings, is_free, place_for, settings_for
from engine.errors import SettingRefused


def written(folder: Path, text: str) -> Path:
    """A folder's config.toml with this table [server]."""
    path = folder / ".streamlit" / "config.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("[server]\n" + text, encoding="utf-8")
    return path


def settings(*files: Path, **environment: str) -> ServerSettings:
    return ServerSettings(files, environment)


@pytest.fixture
def port() -> int:
    """One that was free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def test_without_a_word_it_is_this_machine_and_the_first_free_port() -> None:
    place = place_for(settings())
    assert place.address == "127.0.0.1"
    assert FIRST_PORT <= place.port <= LAST_PORT
    assert (place.base_path, place.is_https, place.allowed_hosts, place.opens_browser) == ("", False, (), False)


def test_an_option_wins_over_a_variable_and_that_over_files(tmp_path: Path, port: int) -> None:
    here, app = written(tmp_path / "here", f"port = {port}"), written(tmp_path / "app", "port = 1\naddress = '::1'")
    assert place_for(settings(here, app)).port == port
    assert settings(here, app).text("address") == "::1"
    assert place_for(settings(here, app, STREAMLIT_SERVER_PORT="1"), port=port).port == port
    assert place_for(settings(app, STREAMLIT_SERVER_PORT=str(port), STREAMLIT_SERVER_ADDRESS="127.0.0.1")).port == port


def test_every_setting_of_a_server_is_read_as_streamlit_names_it(tmp_path: Path, port: int) -> None:
    text = 'port = "env:PORT"\nbaseUrlPath = "/lab/"\nsslCertFile = "a.pem"\nheadless = false\n'
    text += 'allowedHosts = ["a.example"]'
    file = place_for(settings(written(tmp_path, text), PORT=str(port)))
    variables = place_for(settings(
        STREAMLIT_SERVER_PORT=str(port), STREAMLIT_SERVER_BASE_URL_PATH="lab", STREAMLIT_SERVER_SSL_CERT_FILE="a.pem",
        STREAMLIT_SERVER_ALLOWED_HOSTS="a.example", STREAMLIT_SERVER_HEADLESS="false",
    ))  # fmt: skip
    assert file == variables == Place("127.0.0.1", port, "lab", True, ("a.example",), True)
    assert file.url == f"https://localhost:{port}/lab"


def test_the_names_are_streamlits_own() -> None:
    from streamlit import config

    known = config.get_config_options()
    for name in ("port", "address", "baseUrlPath", "sslCertFile", "allowedHosts", "headless"):
        variable = known[f"server.{name}"].env_var
        assert ServerSettings([], {variable: "x"}).text(name) == "x"


@pytest.mark.parametrize("said", ["abc", "0", "-1", "65536", "8501.5", "٣"])
def test_what_is_no_port_is_refused_with_the_place_that_says_so(said: str) -> None:
    with pytest.raises(SettingRefused, match=r"STREAMLIT_SERVER_PORT: .* is no port"):
        place_for(settings(STREAMLIT_SERVER_PORT=said))


def test_a_port_in_use_is_refused_with_the_place_that_asks_for_it(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        path = written(tmp_path, f"port = {port}")
        with pytest.raises(SettingRefused, match=rf"Port {port} \(asked for by server\.port in .*config\.toml\)"):
            place_for(settings(path))
        assert not is_free("127.0.0.1", port)


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(SettingRefused, match=r"203\.0\.113\.9 is no address of this machine"):
        place_for(settings(), address="203.0.113.9")


def test_a_file_that_is_no_toml_is_refused_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(SettingRefused, match=r"config\.toml is not valid TOML"):
        settings(written(tmp_path, "port = "))


def test_the_current_folder_is_asked_before_the_apps_and_the_users(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "user"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "user"))
    written(tmp_path / "user", "port = 3\nheadless = false\nmaxUploadSize = 3")
    written(tmp_path / "app", "port = 2\nheadless = true")
    written(tmp_path / "here", "port = 1")
    found = settings_for(tmp_path / "app", tmp_path / "here")
    assert [found.text(name) for name in ("port", "headless", "maxUploadSize")] == ["1", "True", "3"]
