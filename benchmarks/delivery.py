"""`python -m benchmarks.delivery`: the delivery alone, in a small county; LETTERS sets how many (10,000)."""

from benchmarks.__main__ import asked, say
from benchmarks.report import Figure, table
from benchmarks.stage import Stage


def main() -> None:
    letters = asked("LETTERS", 10_000, 100)
    with Stage(2000, say):
        import django

        django.setup()
        from benchmarks import bench_delivery

        say(table([Figure(**one) for one in bench_delivery.run(letters)]))


if __name__ == "__main__":
    main()
