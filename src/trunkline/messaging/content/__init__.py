"""Content templates: texts with variables, kept once and sent by their SID (Content v1 and v2)."""
