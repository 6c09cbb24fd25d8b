// Draws charts from the page's own tables (components/chart.html), in the colours of the present theme.
const tokens = () => {
  const style = getComputedStyle(document.documentElement);
  return (name) => style.getPropertyValue(`--${name}`).trim();
};
const drawn = new Map();
const ORDER = ["info", "success", "warning", "listed", "muted", "danger"];

function read(box) {
  const table = document.getElementById(box.dataset.chart);
  const value = (cell) => {
    const raw = cell.dataset.value !== undefined ? cell.dataset.value : cell.textContent.replace(/[,\s%]/g, "");
    return raw === "" || raw === "—" || Number.isNaN(Number(raw)) ? null : Number(raw);
  };
  const heads = [...table.tHead.rows[0].cells].map((cell) => cell.textContent.trim());
  const rows = [...table.tBodies[0].rows].filter((row) => row.dataset.chartSkip === undefined);
  const chosen = box.dataset.series ? box.dataset.series.split(" ").map(Number) : heads.map((_, i) => i).slice(1);
  return {
    names: rows.map((row) => (row.cells[0].querySelector("a") || row.cells[0]).textContent.trim()),
    links: rows.map((row) => (row.cells[0].querySelector("a") || {}).href),
    series: chosen.map((index) => ({ name: heads[index], data: rows.map((row) => (row.cells[index] ? value(row.cells[index]) : null)) })),
  };
}

function options(box, token) {
  const { names, series } = read(box);
  const kind = box.dataset.kind;
  const tones = box.dataset.tones ? box.dataset.tones.split(" ") : ORDER;
  const across = box.dataset.horizontal !== undefined;
  const text = { color: token("text-2"), fontFamily: token("font"), fontSize: 12 };
  const base = {
    animationDuration: 250,
    textStyle: text,
    color: tones.map((tone) => token(tone)),
    aria: { enabled: true },
    tooltip: { trigger: kind === "pie" ? "item" : "axis", renderMode: "richText", axisPointer: { type: "shadow" }, backgroundColor: token("surface"), borderColor: token("line"), textStyle: { ...text, color: token("text") } },
    legend: series.length > 1 || kind === "pie" ? { top: 0, left: 0, icon: "roundRect", itemWidth: 10, itemHeight: 10, textStyle: text } : undefined,
  };
  if (kind === "pie") {
    const data = names.map((name, i) => ({ name, value: series[0].data[i] }));
    return { ...base, series: [{ type: "pie", radius: ["52%", "76%"], center: ["50%", "56%"], itemStyle: { borderColor: token("surface"), borderWidth: 2 }, label: { color: token("text-2") }, data }] };
  }
  const category = { type: "category", data: names, inverse: across, axisTick: { show: false }, axisLine: { lineStyle: { color: token("line-strong") } }, axisLabel: { ...text, interval: names.length > 24 ? "auto" : 0, hideOverlap: true } };
  const number = { type: "value", axisLabel: { ...text, hideOverlap: true }, splitLine: { lineStyle: { color: token("line") } }, minInterval: 1 };
  return {
    ...base,
    grid: { left: 4, right: 16, top: series.length > 1 ? 36 : 12, bottom: 4, containLabel: true },
    xAxis: across ? number : category,
    yAxis: across ? category : number,
    series: series.map((one) => ({
      name: one.name, data: one.data, type: kind === "line" ? "line" : "bar", stack: kind === "stack" ? "all" : undefined,
      barMaxWidth: 22, smooth: false, symbolSize: 6, lineStyle: { width: 2 }, itemStyle: { borderRadius: kind === "bar" ? (across ? [0, 3, 3, 0] : [3, 3, 0, 0]) : 0 },
    })),
  };
}

function draw(box) {
  if (!document.getElementById(box.dataset.chart) || !window.echarts) return;
  let chart = drawn.get(box);
  if (!chart) {
    chart = window.echarts.init(box, null, { renderer: "canvas" });
    drawn.set(box, chart);
    chart.on("click", ({ dataIndex }) => {
      const link = read(box).links[dataIndex];
      if (link) location.assign(link);
    });
  }
  chart.setOption(options(box, tokens()), true);
}

function all(where) {
  for (const [box, chart] of drawn) if (!box.isConnected) {
    chart.dispose();
    drawn.delete(box);
  }
  (where && where.querySelectorAll ? where : document).querySelectorAll("[data-chart]").forEach(draw);
}
all(document);
document.addEventListener("htmx:load", (event) => all(event.target));
document.addEventListener("theme-changed", () => all(document));
let waiting;
window.addEventListener("resize", () => {
  clearTimeout(waiting);
  waiting = setTimeout(() => drawn.forEach((chart) => chart.resize()), 120);
});
