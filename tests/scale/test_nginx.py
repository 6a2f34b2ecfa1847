"""nginx, as `deploy/nginx` has it, in front of two webs: shops notice nothing when one of them dies."""

import http.client
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
CONFIGURATION = Path(__file__).parents[2] / "deploy" / "nginx" / "ebexo.conf"
NAME = "ebexo.shop.example"
AROUND = """
daemon off;
{user}
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/ebexo.conf;
}}
"""

pytestmark = [pytest.mark.long, pytest.mark.skipif(NGINX is None, reason="nginx is not installed here")]


def make_certificate(folder):
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)])
    made = x509.CertificateBuilder(
        name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1)
    ).sign(key, hashes.SHA256())
    form = serialization.Encoding.PEM
    (folder / "fullchain.pem").write_bytes(made.public_bytes(form))
    private = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / "privkey.pem").write_bytes(key.private_bytes(form, *private))


@pytest.fixture
def folder(tmp_path):
    """For what nginx writes and reads."""
    (tmp_path / "nginx").mkdir()
    make_certificate(tmp_path / "nginx")
    return tmp_path / "nginx"


def is_listening(address):
    host, _, port = address.partition(":")
    try:
        socket.create_connection((host, int(port))).close()
    except OSError:
        return False
    return True


@pytest.fixture
def start_nginx(folder, free_address, until):
    """`start_nginx(webs)`: nginx in front of these; the address of its TLS."""
    started = []

    def start(webs):
        plain, secure = free_address(), free_address()
        words = CONFIGURATION.read_text()
        for old, new in {
            "10.0.0.11:8000": webs[0],
            "10.0.0.12:8000": webs[1],
            "listen 80;": f"listen {plain};",
            "listen 443 ": f"listen {secure} ",
            "/etc/ssl/ebexo": str(folder),
            "/var/log/nginx": str(folder),
        }.items():
            assert old in words
            words = words.replace(old, new)
        (folder / "ebexo.conf").write_text(words)
        user = "user root;" if os.geteuid() == 0 else ""
        (folder / "nginx.conf").write_text(AROUND.format(folder=folder, user=user))
        program = [str(NGINX), "-p", str(folder), "-c", str(folder / "nginx.conf")]
        subprocess.run([*program, "-t", "-q"], check=True)
        started.append(subprocess.Popen(program))
        until(lambda: is_listening(secure))
        return secure

    yield start
    for process in started:
        process.terminate()
        process.wait(10)


def ask(address, method, path, body=None, **headers):
    """Over TLS, to whoever is named in the certificate."""
    told = json.dumps(body).encode() if body else None
    headers |= {"Host": NAME, "Content-Type": "application/json"}
    with closing(
        http.client.HTTPSConnection(address, timeout=30, context=ssl._create_unverified_context())
    ) as connection:
        connection.request(method, path, told, headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


def event(number):
    return {
        "id": f"event-{number}",
        "type": "customer.registered",
        "occurred_at": "2026-11-01T10:00:00Z",
        "customer": {"email": f"person-{number}@example.com"},
    }


def test_every_event_is_accepted_while_a_web_is_killed_and_the_other_restarted(
    new_cluster, free_address, start_nginx, until, folder
):
    cluster = new_cluster(EBEXO_PUBLIC_URL=f"https://{NAME}", EBEXO_TRUSTED_PROXIES="127.0.0.1")
    key = cluster.open_store()
    addresses = [cluster.web, free_address()]
    webs = [cluster.start_web(address) for address in addresses]
    nginx = start_nginx(addresses)

    def tell(*numbers):
        answers = [
            ask(nginx, "POST", "/api/v1/events", event(number), Authorization=f"Bearer {key}")
            for number in numbers
        ]
        return {status for status, _ in answers}

    assert tell(*range(10)) == {202}
    webs[0].kill()
    assert tell(*range(10, 30)) == {202}
    cluster.start_web(addresses[0])
    time.sleep(1.5)  # so long nginx may take it for dead
    webs[1].terminate()
    assert tell(*range(30, 50)) == {202}

    assert cluster.query("SELECT COUNT(*) FROM ebexo_outbox_message") == [(50,)]
    assert ask(nginx, "GET", "/panel/login/")[0] == 200


def test_addresses_of_people_reach_no_log(new_cluster, free_address, start_nginx, folder):
    cluster = new_cluster(EBEXO_PUBLIC_URL=f"https://{NAME}", EBEXO_TRUSTED_PROXIES="127.0.0.1")
    key = cluster.open_store()
    cluster.start_web()
    nginx = start_nginx([cluster.web, free_address()])

    asked = ask(
        nginx, "GET", "/api/v1/contacts?email=jan.kowalski@example.com", Authorization=f"Bearer {key}"
    )

    assert asked[0] == 404
    logged = (folder / "ebexo.log").read_text()
    assert re.search(r'"GET /api/v1/contacts" 404', logged)
    assert "jan.kowalski" not in logged
