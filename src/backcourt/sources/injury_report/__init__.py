"""The league's official injury report, a PDF that is published many times a day."""
