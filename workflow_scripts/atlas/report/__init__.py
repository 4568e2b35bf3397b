"""The report: tables of a study -> sentences, figures and one self-contained HTML page."""
