"""Files, progress, profiles and reports: nothing about recommending."""
