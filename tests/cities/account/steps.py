"""The first steps of signing in."""

SIGN_IN, CODE = "/sign-in/", "/sign-in/code/"


def ask(browser, email, after=""):
    return browser.post(SIGN_IN + (f"?next={after}" if after else ""), {"email": email})
