"""pretrained: the course's backbone is what its card says; ImageNet's comes whole or not at all."""

import hashlib
import http.server
import io
import json
import re
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch
import torchvision

from course_lib import datasets, evaluation, models, pretrain, pretrained, training
from course_lib.imageset import ImageSet

CARD = (pretrained.find().with_suffix(".md")).read_text(encoding="utf-8")
NAME = pretrained.about()["name"]
RESNET18 = torchvision.models.ResNet18_Weights.DEFAULT


def animals(n: int = 12, **options) -> ImageSet:
    return datasets.load("critters", n=n, **({"seed": 77} | options))


# The course's own backbone


def test_the_backbone_is_small_and_the_one_that_its_card_describes():
    content = pretrained.find().read_bytes()
    assert len(content) <= 1_500_000
    assert hashlib.sha256(content).hexdigest() in CARD
    assert f"`{NAME}`" in CARD
    for what in ("data", "recipe", "time", "accuracy", "licence", "## Limits", "python -m course_lib.pretrain"):
        assert what in CARD


def test_what_the_lessons_classify_was_kept_from_it():
    assert not {"cat", "dog", "panda"} & set(pretrained.about()["classes"])
    assert tuple(pretrained.about()["classes"]) == pretrain.species()


def test_its_features_tell_its_own_species_apart_as_well_as_the_card_claims():
    claimed = float(re.search(r"accuracy \| ([\d.]+)%", CARD).group(1)) / 100
    few, new = (animals(16 * n, seed=seed, species=pretrain.species()) for n, seed in ((40, 501), (12, 502)))
    model = models.build(NAME, few, weights="course").freeze().eval()
    with torch.no_grad():
        known, asked = (torch.nn.functional.normalize(model.features(s.images), dim=1) for s in (few, new))
    middles = torch.stack([known[few.labels == k].mean(0) for k in range(16)])
    right = ((asked @ middles.T).argmax(1) == new.labels).float().mean()  # the nearest class wins: no head is needed
    assert claimed - 0.25 < float(right) <= min(1, claimed + 0.1)


def test_it_comes_with_its_own_normalisation_and_a_fresh_head():
    bright, dark = animals(), animals()
    first = models.build(NAME, bright, weights="course")
    other = models.build(NAME, ImageSet(dark.images // 3, dark.labels, dark.classes), weights="course", seed=1)
    assert torch.equal(first.mean, other.mean)
    assert torch.equal(first.eval().features(bright.images), other.eval().features(bright.images))
    assert not torch.equal(first.head.weight, other.head.weight)
    assert not first.frozen


def test_it_works_at_other_sizes_and_refuses_other_networks_and_grey_images():
    small = animals(size=32)
    assert models.build(NAME, small, weights="course").eval()(small.images).shape == (12, 3)
    with pytest.raises(ValueError, match=f"weights='course' are those of a '{NAME}'; got 'vgg': build '{NAME}'"):
        models.build("vgg", small, weights="course")
    with pytest.raises(ValueError, match="look at 3 channels; got images of 1: use colour images"):
        models.build(NAME, datasets.load("digits")[:10], weights="course")
    with pytest.raises(ValueError, match="no set of weights called 'cours', only course, imagenet: did you mean"):
        models.build(NAME, small, weights="cours")


def test_a_probe_on_ten_images_per_class_beats_the_same_network_from_scratch():
    few, val, test = animals(30, seed=5), animals(30, seed=6), animals(150, seed=7)
    probe = models.build(NAME, few, weights="course").freeze()
    scratch = models.build(NAME, few)
    training.fit(probe, few, val, epochs=30, lr=1e-2, batch_size=16)
    training.fit(scratch, few, val, epochs=12, batch_size=16)
    probed, scratched = (evaluation.evaluate(model, test).accuracy for model in (probe, scratch))
    assert probed > scratched + 0.05


def test_it_is_found_in_a_clone_and_beside_the_module_of_a_wheel(tmp_path, monkeypatch):
    source = pretrained.find()
    for place in ("clone/assets", "site-packages/course_lib"):
        folder = tmp_path / place
        folder.mkdir(parents=True)
        monkeypatch.setattr(pretrained, "__file__", str(folder.parent / "course_lib" / "pretrained.py"))
        with pytest.raises(ValueError, match="make it with python -m course_lib"):
            pretrained.find()
        shutil.copy(source, folder)
        assert pretrained.find() == folder / pretrained.FILE
        assert pretrained.about()["name"] == NAME


def test_the_command_writes_the_file_and_its_card_and_the_same_bytes_again(tmp_path):
    contents = []
    for folder in (tmp_path / "first", tmp_path / "second"):
        command = [sys.executable, "-m", "course_lib.pretrain", "--per-species", "4", "--epochs", "1"]
        done = subprocess.run([*command, "--out", str(folder)], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        assert sorted(path.name for path in folder.iterdir()) == ["backbone.md", "backbone.safetensors"]
        contents.append((folder / "backbone.safetensors").read_bytes())
        card = (folder / "backbone.md").read_text(encoding="utf-8")
        assert "python -m course_lib.pretrain --per-species 4 --epochs 1" in card
        assert hashlib.sha256(contents[-1]).hexdigest() in card
    assert contents[0] == contents[1]


# ImageNet's weights, through torchvision

Answer = Callable[[http.server.BaseHTTPRequestHandler], None]


@pytest.fixture
def serve(monkeypatch, tmp_path) -> Iterator[Callable[[Answer, str], None]]:
    """Lets torchvision's ResNet-18 weights lie on a server of this machine that answers as it is told."""
    servers = []
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(pretrained, "SILENCE", 0.5)

    def start(answer: Answer, name: str = "resnet18-f37072fd.pth") -> None:
        handler = type("Handler", (http.server.BaseHTTPRequestHandler,), {"do_GET": answer, "log_message": print})
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        servers.append(server)
        monkeypatch.setattr(RESNET18.value, "url", f"http://127.0.0.1:{server.server_port}/{name}")

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def send(request: http.server.BaseHTTPRequestHandler, content: bytes, length: int) -> None:
    request.send_response(200)
    request.send_header("Content-Length", str(length))
    request.end_headers()
    request.wfile.write(content)


def dies_halfway(request) -> None:
    send(request, b"x" * 50_000, length=46_830_571)


def sends_something_else(request) -> None:
    send(request, b"<html>log in first</html>", length=25)


def stays_silent(request) -> None:
    request.server.socket.settimeout(2)
    threading.Event().wait(1.5)


def is_broken(request) -> None:
    request.send_error(503)


@pytest.mark.parametrize("answer", [dies_halfway, sends_something_else, stays_silent, is_broken])
def test_a_download_that_fails_is_one_sentence_and_leaves_nothing_in_the_cache(answer, serve, tmp_path):
    serve(answer)
    refused(tmp_path)


def test_without_a_network_the_sentence_names_the_offline_choice(serve, tmp_path, monkeypatch):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    monkeypatch.setattr(RESNET18.value, "url", f"http://127.0.0.1:{port}/resnet18-f37072fd.pth")
    refused(tmp_path)
    assert socket.getdefaulttimeout() is None


def refused(folder: Path) -> None:
    with pytest.raises(ValueError, match=r"weights of resnet18 could not be downloaded .*weights='course'") as problem:
        models.build("torchvision:resnet18", animals(), weights="imagenet")
    assert "\n" not in str(problem.value)
    assert [path for path in (folder / "cache").rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("channels", [3, 1])
def test_a_download_that_arrives_fills_the_backbone_and_is_kept(channels, serve, tmp_path):
    torch.manual_seed(3)
    theirs = torchvision.models.resnet18()
    file = io.BytesIO()
    torch.save(theirs.state_dict(), file)
    content = file.getvalue()
    name = f"resnet18-{hashlib.sha256(content).hexdigest()[:8]}.pth"
    serve(lambda request: send(request, content, len(content)), name)
    images = animals()
    images = ImageSet(images.images[:, :channels].contiguous(), images.labels, images.classes)
    model = models.build("torchvision:resnet18", images, weights="imagenet").eval()
    pixels = model.normalise(images.images).expand(-1, 3, -1, -1)
    theirs.fc = torch.nn.Identity()
    assert torch.allclose(model.features(images.images), theirs.eval()(pixels), atol=1e-4)
    expected = [255 * 0.485, 255 * 0.456, 255 * 0.406] if channels == 3 else [255 * (0.485 + 0.456 + 0.406) / 3]
    assert model.mean.flatten().tolist() == pytest.approx(expected)
    assert [path.name for path in (tmp_path / "cache").rglob("*.pth")] == [name]
    again = models.assemble(**json.loads(json.dumps(model.spec)))
    again.load_state_dict(model.state_dict())
    assert torch.equal(again.eval()(images.images), model(images.images))


def test_imagenet_weights_are_for_torchvisions_networks():
    with pytest.raises(ValueError, match="for torchvision's networks; got 'resnet': try 'torchvision:resnet18'"):
        models.build("resnet", animals(), weights="imagenet")
