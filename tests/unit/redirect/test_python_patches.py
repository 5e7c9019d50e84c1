import functools
import importlib
import importlib.util
import sys
import types
import zipfile

import pytest

from trunkline.redirect import in_process
from trunkline.redirect.in_process import redirected

in_process.load()
patches = importlib.import_module("trunkline_redirect.patches")
SOURCE = """
loader_while_it_ran = __spec__.loader
def answer():
    return "plain"
"""
ROUTES = {"http://127.0.0.1:9": ["api.twilio.com"]}


class Greeter:
    def greet(self, name):
        """Says hello."""
        return f"hello {name}"


class Inheriting(Greeter):
    pass


def louder(original):
    def greet(self, name):
        return original(self, name).upper()

    return greet


@pytest.fixture(params=[Greeter, Inheriting])
def greeter(request):
    yield request.param
    patches.restore(request.param, "greet")


def test_what_is_replaced_looks_as_before_and_comes_back(greeter):
    before = dict(vars(greeter))
    patches.replace(greeter, "greet", louder)
    patches.replace(greeter, "greet", louder)  # once is enough
    assert greeter().greet("you") == "HELLO YOU"
    assert (greeter.greet.__name__, greeter.greet.__doc__) == ("greet", "Says hello.")
    patches.restore(greeter, "greet")
    assert dict(vars(greeter)) == before
    patches.restore(greeter, "greet")
    assert dict(vars(greeter)) == before


def test_what_somebody_else_has_put_on_top_stays(greeter):
    before = vars(greeter).get("greet")
    patches.replace(greeter, "greet", louder)
    ours = greeter.greet

    @functools.wraps(ours)  # copies its attributes, too
    def politely(self, name):
        return ours(self, name) + ", please"

    greeter.greet = politely
    patches.restore(greeter, "greet")
    assert greeter.greet is politely
    greeter.greet = ours
    patches.restore(greeter, "greet")
    assert vars(greeter).get("greet") is before


def patched(_):
    def answer():
        return "patched"

    return answer


@pytest.fixture
def late(monkeypatch, tmp_path):
    """The folder of a module that is not imported yet, and is to be patched when it is."""
    monkeypatch.setitem(patches.PATCHED, "late_module", "late_places")
    places = types.SimpleNamespace(places=lambda module: [(module, "answer", patched)])
    monkeypatch.setitem(sys.modules, "trunkline_redirect.late_places", places)
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "late_module.py").write_text(SOURCE)
    yield tmp_path
    sys.modules.pop("late_module", None)


@pytest.mark.usefixtures("late")
def test_a_module_is_patched_when_it_is_imported():
    with redirected(ROUTES):
        assert "late_module" not in sys.modules
        module = importlib.import_module("late_module")
        assert module.answer() == "patched"
        assert importlib.reload(module).answer() == "patched"
    assert module.answer() == "plain"
    loader = module.__spec__.loader
    assert loader is module.__loader__ is module.loader_while_it_ran
    assert type(loader).__module__.startswith(("importlib", "_frozen_importlib"))


@pytest.mark.usefixtures("late")
def test_a_module_is_left_alone_when_nothing_is_redirected():
    assert importlib.import_module("late_module").answer() == "plain"


@pytest.mark.usefixtures("late")
def test_a_module_that_is_found_and_loaded_later_is_not_patched_then():
    with redirected(ROUTES):
        spec = importlib.util.find_spec("late_module")
        assert spec.loader.get_source("late_module") == SOURCE
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.answer() == "plain"


@pytest.mark.usefixtures("late")
def test_a_finder_that_has_nothing_is_not_asked_again():
    asked = []

    class Before:
        def find_spec(self, name, path=None, target=None):
            asked.append(name)

    before = Before()
    with redirected(ROUTES):
        sys.meta_path.insert(0, before)
        try:
            assert importlib.import_module("late_module").answer() == "patched"
        finally:
            sys.meta_path.remove(before)
    assert asked.count("late_module") == 1


def test_a_module_in_a_zip_file_is_patched(late):
    (late / "late_module.py").rename(late / "moved.py")
    with zipfile.ZipFile(late / "app.pyz", "w") as archive:
        archive.write(late / "moved.py", "late_module.py")
    sys.path.insert(0, str(late / "app.pyz"))
    try:
        importlib.invalidate_caches()
        with redirected(ROUTES):
            assert importlib.import_module("late_module").answer() == "patched"
    finally:
        sys.path.remove(str(late / "app.pyz"))


@pytest.mark.usefixtures("late")
def test_a_loader_of_old_is_asked_to_load_the_module():
    class Old:
        def load_module(self, name):
            module = sys.modules[name] = types.ModuleType(name)
            module.answer = lambda: "plain"
            return module

    old = patches.OldLoader(Old())
    assert not hasattr(old, "exec_module")
    with redirected(ROUTES):
        assert old.load_module("late_module").answer() == "patched"


def test_a_module_that_does_not_exist_is_still_not_there(late):
    (late / "late_module.py").unlink()
    importlib.invalidate_caches()
    with redirected(ROUTES), pytest.raises(ModuleNotFoundError, match="late_module"):
        importlib.import_module("late_module")


@pytest.mark.usefixtures("late")
def test_a_version_that_looks_otherwise_is_imported_all_the_same(monkeypatch):
    odd = types.SimpleNamespace(places=lambda module: [(module.Nothing, "x", None)])
    monkeypatch.setitem(sys.modules, "trunkline_redirect.late_places", odd)
    with redirected(ROUTES):
        assert importlib.import_module("late_module").answer() == "plain"
