"""The registration as an official document, ready to sign: the same content as Word and as PDF."""

from invitations.letters.filling import BrokenTemplate
from registrations.document.paper import Paper, paper
from registrations.document.pdf import as_pdf
from registrations.document.word import as_docx

__all__ = ["BrokenTemplate", "Paper", "as_docx", "as_pdf", "paper"]
