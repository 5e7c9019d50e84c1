"""Find actions by what somebody wants to do: words, stems, synonyms and typing errors; offline.

`synonyms.py` is what the field's words have to do with each other, `read_text.py` makes terms of a
text, `correct.py` finds what a mistyped word was meant to be, `index.py` ranks.
"""
