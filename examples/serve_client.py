"""Talks to a running service: recommendations to somebody new, feedback, similar items, and what an error looks like.

Start the service first: `towhee-recsys demo`, then `towhee-recsys serve -c sample`.
"""

import argparse
import os

import requests


class Client:
    """A client of one service, on one connection; `token` is needed where the service has tokens."""

    def __init__(self, url, token=None):
        self.url, self.session = url, requests.Session()
        if token:
            self.session.headers["Authorization"] = f"Bearer {token}"

    def get(self, path, **parameters):
        return self._answer(self.session.get(self.url + path, params=parameters, timeout=10))

    def post(self, path, body):
        return self._answer(self.session.post(self.url + path, json=body, timeout=10))

    def delete(self, path):
        return self._answer(self.session.delete(self.url + path, timeout=10))

    @staticmethod
    def _answer(answer):
        found = answer.json()
        if not answer.ok:  # after 503, wait Retry-After seconds and try again
            raise SystemExit(f"{answer.status_code}, request {found['request_id']}: {found['error']['message']}")
        return found


def show(title, items):
    print(f"\n{title}")
    for item in items:
        print(f"{item['rank']:3}  {item['title']} ({item['score']:.3f}){stars(item)}")


def stars(item):
    """The predicted rating, which similar items do not have, and how sure it is."""
    if "predicted_rating" not in item:
        return ""
    return f", {item['predicted_rating']:.1f} ± {item['predicted_rating_std']:.1f} stars"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    given = parser.parse_args()
    service = Client(given.url, os.environ.get("RECSYS_TOKEN"))

    [liked] = service.get("/items", query="alien", limit=1)["items"]
    someone = {"age": 25, "liked": [liked["movie_id"]]}
    first = service.post("/recommend", {"user": someone, "top_k": 5, "diversity": 0.3})["recommendations"]
    show(f"For somebody of 25 who likes {liked['title']}", first)

    newcomer = {"user_id": 424242}  # an id of our own; from the first event on, it is enough
    service.post("/feedback", [{**newcomer, "movie_id": item["movie_id"], "rating": 5} for item in first[:2]])
    second = service.post("/recommend", {"user": newcomer, "top_k": 5})["recommendations"]
    show("For user 424242, after two ratings", second)
    rules = service.get(f"/why-not/424242/{first[0]['movie_id']}")["kept_out_by"]
    print(f"\nWhy not {first[0]['title']}? {rules[0]['because']}")
    service.delete("/users/424242")

    show(f"Like {liked['title']}", service.get(f"/similar/{liked['movie_id']}", top_k=3)["recommendations"])


if __name__ == "__main__":
    main()
