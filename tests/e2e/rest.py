"""When a page of a test has come to rest."""

# htmx marks what it fetches, swaps and settles; the document counts its pictures and its fonts.
AT_REST = """() => document.readyState === 'complete'
    && !document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling, .htmx-added')
    && document.fonts.status === 'loaded'
    && [...document.images].every((one) => one.complete || one.loading === 'lazy')"""
SETTLED = """() => Promise.allSettled(document.getAnimations()
    .filter((one) => Number.isFinite(one.effect.getComputedTiming().endTime))
    .map((one) => one.finished))"""
