"""Senders of channels other than SMS: WhatsApp and RCS."""
