"""The client's way to another server, and the key by which it knows that server."""

import pytest

from kiebot.errors import OperatorFault
from kiebot.telegram.client import server_options
from kiebot.telegram.server_key import ServerKey, read_server_key

KEY = ServerKey((1 << 2047) + 12345, 65537)


def test_a_key_survives_its_file(tmp_path):
    file = tmp_path / "key.pem"
    file.write_text(KEY.pem())
    assert read_server_key(file) == KEY
    assert -(1 << 63) <= KEY.fingerprint < 1 << 63


@pytest.mark.parametrize("text", ["", "not a key", KEY.pem().replace("M", "*"), KEY.pem()[:200]])
def test_anything_but_a_key_is_the_operator_s_mistake(tmp_path, text):
    file = tmp_path / "key.pem"
    file.write_text(text)
    with pytest.raises(OperatorFault, match=r"key\.pem is not a PEM file with an RSA public key$"):
        read_server_key(file)


def test_a_file_that_is_not_there_or_cannot_be_read_is_not_called_a_wrong_key(tmp_path):
    with pytest.raises(OperatorFault, match=r"^telegram\.server_public_key_file: .*/nofile\.pem is not there$"):
        read_server_key(tmp_path / "nofile.pem")
    with pytest.raises(OperatorFault, match=r"^telegram\.server_public_key_file: .* cannot be read: Is a directory$"):
        read_server_key(tmp_path)


def test_without_a_server_the_client_goes_to_telegram():
    assert server_options(None, None) == {}


@pytest.mark.parametrize("server", ["127.0.0.1", "127.0.0.1:", "host:port"])
def test_a_server_is_named_by_host_and_port(tmp_path, server):
    file = tmp_path / "key.pem"
    file.write_text(KEY.pem())
    with pytest.raises(OperatorFault, match="HOST:PORT"):
        server_options(server, file)


def test_another_server_needs_its_key():
    with pytest.raises(OperatorFault, match="public_key_file"):
        server_options("127.0.0.1:1", None)


def test_the_factory_changes_nothing_but_the_address(tmp_path):
    file = tmp_path / "key.pem"
    file.write_text(KEY.pem())
    factory = server_options("127.0.0.1:4430", file)["connection_factory"]
    connection = factory(dc_id=2, server_address="149.154.167.51", port=443, test_mode=False, media=True)
    assert (connection.server_address, connection.port, connection.dc_id, connection.media) == ("127.0.0.1", 4430, 2, True)
