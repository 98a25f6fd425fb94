"""One template, two renderers.

An inspector reads the same record on a tablet without signal and at the office. Both pages come from the same file under
`templates/`: the office renders it with Jinja2, the tablet runs the JavaScript that this package writes from it when the
project is built. The two must agree byte for byte, so nothing here guesses: what cannot be carried over stops the build.
"""
