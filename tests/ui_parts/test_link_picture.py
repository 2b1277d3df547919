"""An address that others can follow, and its picture."""

import base64
import xml.etree.ElementTree as ElementTree

import pytest

from lstm_ui import link_picture
from lstm_ui.link_picture import qr_image, reachable


@pytest.mark.parametrize(
    "address",
    [
        "http://192.168.1.20:8501/wall?room=ABCDE",
        "https://school.example/lstm/wall?room=ABCDE",  # behind a proxy, below a folder
        "http://[2001:db8::5]:8501/wall?room=ABCDE",
    ],
)
def test_an_address_of_the_network_is_passed_on_as_the_browser_has_it(address: str) -> None:
    assert reachable(address) == (address, False)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]"])
def test_of_ones_own_machine_its_address_in_the_network_is_told(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    address = f"http://{host}:8600/wall?room=ABCDE"
    monkeypatch.setattr(link_picture, "find_own_address", lambda: "192.168.1.20")
    assert reachable(address) == ("http://192.168.1.20:8600/wall?room=ABCDE", False)
    monkeypatch.setattr(link_picture, "find_own_address", lambda: "")
    assert reachable(address) == (address, True)


def test_the_picture_is_dark_on_white_with_a_quiet_zone() -> None:
    drawing = base64.b64decode(qr_image("http://192.168.1.20:8501/wall?room=ABCDE").split(",")[1])
    root = ElementTree.fromstring(drawing)
    paths = [path.attrib for path in root.iter() if path.tag.endswith("path")]
    width = float(root.attrib["viewBox"].split()[2])
    assert paths[0]["fill"] == "#fff" and paths[1]["stroke"] == "#000"
    assert paths[1]["d"].startswith("M4 4.5h7") and width >= 29 + 2 * 4  # four modules of white on each side
