"""HTML and Markdown to the plain text that a reader sees, with the way back to the source.

Comments hold hostile input: nothing here raises, and everything takes time linear in the length of the source, because no search
that failed is made again. Broken mark-up is read as text rather than dropped.
"""

from model.text.character_references import entities
from model.text.html import html_text
from model.text.markdown import is_marked, markdown_text, read_markdown

__all__ = ["entities", "html_text", "is_marked", "markdown_text", "read_markdown"]
