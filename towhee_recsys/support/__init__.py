"""Files, locks, progress, profiles and reports: nothing about recommending."""
