from __future__ import annotations

from trunkline.cli.help_text import Block, Paragraph, read_help


def documented() -> None:
    """Do something
    with it.

    A paragraph
    of two lines.

        $ do --something \\
            --else
        done

        $ do nothing

        a table

    The end.
    \fFor the reference alone.
    """


def test_a_docstring_is_a_summary_paragraphs_and_blocks() -> None:
    summary, parts = read_help(documented.__doc__)
    block = Block(("$ do --something \\", "    --else", "done", "", "$ do nothing", "", "a table"))
    assert summary == "Do something with it."
    assert parts == [Paragraph("A paragraph of two lines."), block, Paragraph("The end.")]


def test_of_an_example_the_help_shows_what_is_typed() -> None:
    _, parts = read_help(documented.__doc__)
    assert isinstance(parts[1], Block)
    assert parts[1].is_example
    assert list(parts[1].typed()) == ["$ do --something \\", "    --else", "$ do nothing"]


def test_the_reference_reads_on_behind_the_form_feed() -> None:
    _, parts = read_help(documented.__doc__, whole=True)
    assert parts[-1] == Paragraph("The end. For the reference alone.")


def test_examples_alone_need_no_paragraph_above_them() -> None:
    docstring = """Do it.

        $ do it
          done
        $ do it again
    """
    assert read_help(docstring) == ("Do it.", [Block(("$ do it", "  done", "$ do it again"))])


def test_no_docstring_is_no_help() -> None:
    assert read_help(None) == ("", [])
