"""From a comment as somebody wrote it to plain text: HTML, Markdown, character references, Unicode."""
