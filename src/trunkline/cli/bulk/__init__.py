"""Many messages from a CSV file: read rows, send them, write down what became of each.

`read_rows` turns bytes into rows and broken rows; `journal` says what was begun and what has ended;
`send_rows` sends over many connections; `settle_doubts` asks the platform what became of rows whose
answers are not known. `run` puts them together.
"""
