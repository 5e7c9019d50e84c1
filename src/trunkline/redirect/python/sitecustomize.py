"""Python runs this file as it starts, because its folder is on PYTHONPATH of a redirected program.

It switches the redirect on that TRUNKLINE_REDIRECT describes, leaves `sys.path` as it would be
without it, and runs the `sitecustomize` that it hides, such as the one of a virtual environment.
A program that cannot be redirected is ended: it must not reach the real hosts instead.

Every Python reads this, Python 2 included: so it has no annotations and imports next to nothing.
"""

import os
import sys


def redirect():
    # type: () -> None
    routes = os.environ.get("TRUNKLINE_REDIRECT", "")
    if not routes.strip():
        return
    if sys.version_info < (3, 6):  # noqa: UP036
        end("Trunkline cannot redirect so old a Python: run it with `trunkline exec --proxy`.")
    import trunkline_redirect

    try:
        trunkline_redirect.switch_on(trunkline_redirect.Routes(routes))
    except ValueError as error:
        end(str(error) + " Let `trunkline exec` set it.")


def end(sentence):
    # type: (str) -> None
    # SystemExit would be a "fatal error" with a traceback as long as Python starts.
    sys.stderr.write(sentence + "\n")
    sys.stderr.flush()
    os._exit(2)


def run_next():
    # type: () -> None
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [each for each in sys.path if os.path.abspath(each) != here]
    this = sys.modules.pop("sitecustomize")
    try:
        import sitecustomize  # noqa: F401  # whatever it raises, Python treats as ever
    except ImportError as error:
        if getattr(error, "name", None) != "sitecustomize":
            raise
        sys.modules["sitecustomize"] = this


redirect()
run_next()
