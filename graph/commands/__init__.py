"""The commands of `python -m graph`, one module each, listed in `graph.__main__`.

A module gives `add_parser(commands)`, which adds its parser with a help that teaches and sets `run` as the parser's
default; `run(arguments)` does the work and returns the exit code. What is slow to import is imported in `run`.
"""
