import os
import subprocess
import sys
import sysconfig
import zipapp
from pathlib import Path

import pytest

from trunkline.redirect import in_process
from trunkline.redirect.hosts import TWILIO, VARIABLE, routes_text

FOLDER = str(Path(in_process.__file__).parent / "python")
ROUTES = {VARIABLE: routes_text({"http://127.0.0.1:9": TWILIO})}
OURS = {
    "sitecustomize",
    "trunkline_redirect",
    "trunkline_redirect.patches",
    "trunkline_redirect.routes",
}
TELL = """
import socket
try:
    socket.gethostbyname("api.twilio.com")
except OSError as error:
    print("redirected" if "redirected to Trunkline" in str(error) else error)
"""


def python(*arguments, path=(FOLDER,), executable=sys.executable, **environment):
    """Run Python with these folders on PYTHONPATH."""
    names = {"PYTHONPATH": os.pathsep.join(map(str, path)), **environment}
    command = [str(executable), "-W", "error", "-bb", *map(str, arguments)]
    return subprocess.run(command, env=names, capture_output=True, text=True, timeout=60)


def output(*arguments, **options):
    done = python(*arguments, **{**ROUTES, **options})
    assert (done.stderr, done.returncode) == ("", 0)
    return done.stdout


def write(folder, **files):
    folder.mkdir(exist_ok=True, parents=True)
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text)
    return folder


def test_nothing_else_is_imported_as_python_starts():
    show = "import sys; print(*sorted(sys.modules))"
    plain = set(output("-c", show, path=()).split())
    assert set(output("-c", show).split()) - plain == OURS


def test_the_path_is_as_it_would_be_without_it(tmp_path):
    show = "import sys; print(sys.path)"
    assert output("-c", show) == output("-c", show, path=())
    assert output("-c", show, path=[FOLDER, tmp_path, FOLDER]) == output(
        "-c", show, path=[tmp_path]
    )


@pytest.mark.parametrize("routes", ["", "  "])
def test_without_routes_nothing_changes(routes):
    show = "import sys; print(*sorted(sys.modules), *map(type, sys.meta_path))"
    told = output("-c", show, **{VARIABLE: routes})
    assert told.replace("sitecustomize ", "") == output("-c", show, path=())


def test_a_program_with_wrong_routes_does_not_run():
    done = python("-c", "print('ran')", **{VARIABLE: "twilio.com=https://127.0.0.1:9"})
    assert (done.stdout, done.returncode) == ("", 2)
    assert done.stderr == (
        "TRUNKLINE_REDIRECT has a part that is no HOST=http://HOST:PORT:"
        " twilio.com=https://127.0.0.1:9. Let `trunkline exec` set it.\n"
    )


def test_the_sitecustomize_that_is_hidden_runs(tmp_path):
    text = "import sys\nprint('ran', __name__, FOLDER in sys.path)".replace("FOLDER", repr(FOLDER))
    other = write(tmp_path / "other", sitecustomize=text)
    told = output(
        "-c", TELL + "import sitecustomize; print(sitecustomize.__file__)", path=[FOLDER, other]
    )
    assert told.splitlines() == [
        "ran sitecustomize False",
        "redirected",
        str(other / "sitecustomize.py"),
    ]


def test_without_another_one_it_is_the_module_of_that_name():
    told = output("-c", "import sitecustomize; print(sitecustomize.__file__)")
    assert told.strip() == os.path.join(FOLDER, "sitecustomize.py")


@pytest.mark.parametrize(
    "text",
    [
        "raise ValueError('broken')",
        "import nothing_of_this_name",
        "from os import nothing_of_this_name",
        "this is no Python",
        "import sys; sys.exit(3)",
        "import os; os._exit(4)",
    ],
)
def test_its_errors_are_what_python_makes_of_them(tmp_path, text):
    other = write(tmp_path / "other", sitecustomize=text)
    plain = python("-c", TELL.replace("api.twilio.com", "127.0.0.1"), path=[other])
    done = python("-c", TELL, path=[FOLDER, other], **ROUTES)
    assert done.returncode == plain.returncode
    assert last_lines(done.stderr) == last_lines(plain.stderr)
    assert done.stdout == ("redirected\n" if plain.returncode == 0 else "")


def last_lines(text):
    """Without the frames of a traceback, of which there is one more."""
    return [line for line in text.splitlines() if not line.startswith("  ")]


def test_a_virtual_environments_own_runs(tmp_path):
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    binary = Path(sysconfig.get_config_var("BINDIR")) / version
    venv = tmp_path / "venv"
    (venv / "bin").mkdir(parents=True)
    (venv / "bin" / "python").symlink_to(binary)
    (venv / "pyvenv.cfg").write_text(f"home = {binary.parent}\n")
    packages = write(venv / "lib" / version / "site-packages", sitecustomize="print('its own')")
    # As coverage does, which starts by such a line: before any `sitecustomize`.
    (packages / "early.pth").write_text("import http.client, socket\n")
    told = output("-c", TELL, executable=venv / "bin" / "python")
    assert told == "its own\nredirected\n"


def test_every_way_to_run_a_program(tmp_path):
    write(tmp_path / "program", __main__=TELL, tell=TELL, again=AGAIN)
    zipapp.create_archive(tmp_path / "program", tmp_path / "program.pyz")
    program = tmp_path / "program"
    assert output(program / "tell.py") == "redirected\n"
    assert output(program) == "redirected\n"
    assert output(tmp_path / "program.pyz") == "redirected\n"
    assert output("-m", "tell", path=[FOLDER, program]) == "redirected\n"
    assert output("-O", "-X", "dev", program / "tell.py") == "redirected\n"
    assert output(program / "again.py", path=[FOLDER, program]) == "redirected\n" * 3


AGAIN = f"""
import multiprocessing, subprocess, sys
TELL = {TELL!r}
if __name__ == "__main__":
    subprocess.run([sys.executable, "-c", TELL], check=True)
    for way in ("spawn", "forkserver"):
        child = multiprocessing.get_context(way).Process(target=exec, args=(TELL,))
        child.start()
        child.join()
"""


def test_without_its_folder_on_the_path_nothing_happens():
    show = "import sys; print('trunkline_redirect' in sys.modules)"
    assert output("-c", show, path=()) == "False\n"
