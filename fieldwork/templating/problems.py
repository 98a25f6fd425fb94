"""What stops the build: a template that the tablet could not render exactly as the office does.

A problem found here costs a developer a minute. The same problem found in a family's front room costs words, so the compiler
never writes code that fails later: it raises `TemplateProblem` with the file and the line.
"""

from __future__ import annotations


class TemplateProblem(Exception):
    """A template uses something that cannot be carried to the tablet, or does not exist.

    `template` is the template's name, `line` counts from 1, `reason` is a sentence for the person who wrote the template.
    """

    def __init__(self, template: str, line: int, reason: str) -> None:
        super().__init__(f"{template}, line {line}: {reason}")
        self.template = template
        self.line = line
        self.reason = reason
