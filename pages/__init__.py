"""The app's pages: one thin file a page, from form to Plan to `jobs.start` to the Run page."""
