from __future__ import annotations

import shutil
import ssl
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs12 import load_pkcs12

from trunkline.redirect.proxy import Authority, TrustFiles, trust


@pytest.fixture
def ours(tmp_path: Path) -> x509.Certificate:
    return Authority(["twilio.com"], tmp_path).certificate


@pytest.fixture(autouse=True)
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> x509.Certificate:
    """The one certificate that this machine believes."""
    certificate = Authority(["example.com"], tmp_path).certificate
    path = tmp_path / "system.pem"
    path.write_bytes(b"# A comment\n" + certificate.public_bytes(Encoding.PEM).rstrip())
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    return certificate


@pytest.fixture
def files(tmp_path: Path, ours: x509.Certificate) -> TrustFiles:
    folder = tmp_path / "a folder"
    folder.mkdir()
    return TrustFiles(folder, ours)


def certificates(path: Path) -> list[x509.Certificate]:
    ssl.create_default_context(cafile=path)  # OpenSSL can read it
    return x509.load_pem_x509_certificates(path.read_bytes())


def test_what_the_machine_believes_is_believed_further(
    files: TrustFiles, ours: x509.Certificate, system: x509.Certificate
) -> None:
    assert certificates(files.with_system()) == [system, ours]


def test_what_a_program_was_to_believe_instead_stays_instead(
    files: TrustFiles, ours: x509.Certificate, tmp_path: Path
) -> None:
    own = Authority(["example.org"], tmp_path).certificate
    path = tmp_path / "own.pem"
    path.write_bytes(own.public_bytes(Encoding.PEM))
    folder = tmp_path / "own"
    folder.mkdir()
    shutil.copy(path, folder / "a.crt")
    shutil.copy(path, folder / "12345678.0")
    (folder / "README").write_text("-----BEGIN CERTIFICATE-----")
    assert certificates(files.with_system(str(path))) == [own, ours]
    assert certificates(files.with_system(str(folder))) == [own, ours]


def test_without_what_was_named_it_is_the_machines(
    files: TrustFiles, ours: x509.Certificate, system: x509.Certificate, tmp_path: Path
) -> None:
    assert certificates(files.with_system(str(tmp_path / "none"))) == [system, ours]


def test_additions_are_only_additions(files: TrustFiles, ours: x509.Certificate) -> None:
    assert certificates(files.with_extra()) == [ours]


def test_a_machine_that_believes_nothing(
    files: TrustFiles, ours: x509.Certificate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = ssl.DefaultVerifyPaths(None, None, "", "", "", "")  # type: ignore[attr-defined]
    monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: nowhere)
    monkeypatch.setattr(trust, "USUAL_PLACES", (str(tmp_path / "none"),))
    assert certificates(files.with_system()) == [ours]


def test_the_java_store_has_them_all(
    files: TrustFiles, ours: x509.Certificate, system: x509.Certificate
) -> None:
    found = load_pkcs12(files.java_store().read_bytes(), None)
    assert [each.certificate for each in found.additional_certs] == [ours, system]


def test_settings_of_wget_are_kept(files: TrustFiles, tmp_path: Path) -> None:
    before = tmp_path / "wgetrc"
    before.write_text("timeout = 5")
    *_, timeout, last = files.wget_settings(str(before)).read_text().splitlines()
    assert (timeout, last) == ("timeout = 5", f"ca_certificate = {files.with_system()}")
    assert files.wget_settings(str(tmp_path / "none")).read_text().split() == last.split()


def test_settings_of_php_name_the_bundle(files: TrustFiles) -> None:
    [path] = files.php_settings().iterdir()
    bundle = files.with_system()
    assert path.suffix == ".ini"
    assert path.read_text() == f'curl.cainfo="{bundle}"\nopenssl.cafile="{bundle}"\n'
