/** Charts: draw the specification that stands in the page with ECharts. */

const COLOURS = ["#0b5394", "#d9822b", "#3f8f6b", "#7b4f9d", "#7d868e", "#b23b5e"];
const SHADES = ["#e3e6ea", "#d6e6f5", "#9ec3e6", "#5f9bd1", "#25699f", "#083a66"];
const INK = "#1f2329";
const SOFT = "#505a5f";
const LINE = "#dce1e7";
const FONT = getComputedStyle(document.body).fontFamily;

function sayer(spec) {
  return (value) => {
    if (value === null || value === undefined || Number.isNaN(value)) return "—";
    if (spec.isShare) return `${(value * 100).toFixed(1)}%`;
    return Number(value).toLocaleString("en", {
      minimumFractionDigits: spec.decimals,
      maximumFractionDigits: spec.decimals,
    });
  };
}

function common(spec) {
  return {
    color: COLOURS,
    textStyle: { fontFamily: FONT, color: INK, fontSize: 13 },
    animationDuration: window.matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 300,
    aria: { enabled: true, label: { enabled: true }, decal: { show: spec.kind !== "map" && spec.series.length > 1 } },
    // The HTML tooltip writes style attributes, which the page's policy forbids.
    tooltip: { renderMode: "richText", backgroundColor: "#fff", borderColor: LINE, textStyle: { color: INK, fontSize: 13 } },
  };
}

/* Names stand upright where they have room, aslant where not; never more than fit. */
function labelRoom(spec, width) {
  const count = spec.labels.length;
  const widest = Math.max(...spec.labels.map((label) => [...label].reduce((sum, letter) => sum + (letter > "\u2e80" ? 13 : 7), 0)));
  if ((Math.min(widest, 120) + 8) * count < width - 60) return { interval: 0, width: 120, overflow: "truncate" };
  return { interval: count * 20 < width - 60 ? 0 : "auto", rotate: 40, width: 90, overflow: "truncate" };
}

function axes(spec, width) {
  const say = sayer(spec);
  const names = {
    type: "category",
    data: spec.labels,
    axisTick: { show: false },
    axisLine: { lineStyle: { color: "#aab4be" } },
    axisLabel: { color: INK, ...labelRoom(spec, width) },
  };
  const figures = {
    type: "value",
    max: spec.isShare ? (range) => (range.max > 0.5 ? 1 : undefined) : undefined,
    axisLabel: { color: SOFT, formatter: spec.isShare ? (value) => `${Math.round(value * 100)}%` : undefined },
    splitLine: { lineStyle: { color: LINE } },
  };
  return { names, figures, say };
}

function barOrLine(spec, width) {
  const { names, figures, say } = axes(spec, width);
  const option = common(spec);
  const isLine = spec.kind === "line";
  const hasLegend = spec.series.length > 1;
  return {
    ...option,
    tooltip: { ...option.tooltip, trigger: "axis", axisPointer: { type: isLine ? "line" : "shadow" }, valueFormatter: say },
    legend: hasLegend ? { top: 0, left: 0, itemGap: 16, textStyle: { color: INK } } : undefined,
    grid: { left: 8, right: 16, top: hasLegend ? 40 : 16, bottom: 8, containLabel: true },
    xAxis: names,
    yAxis: figures,
    series: spec.series.map((one) => ({
      type: isLine ? "line" : "bar",
      name: one.name,
      data: one.values,
      stack: spec.kind === "stacked" ? "all" : undefined,
      barMaxWidth: 36,
      cursor: spec.urls.length ? "pointer" : "default",
      symbolSize: 7,
      lineStyle: isLine ? { width: 2.5 } : undefined,
      label: !isLine && spec.kind === "bar" && spec.labels.length * spec.series.length <= 16
        ? { show: true, position: "top", color: INK, formatter: (item) => say(item.value) } : undefined,
    })),
  };
}

function pie(spec, width) {
  const say = sayer(spec);
  const option = common(spec);
  const one = spec.series[0];
  const isNarrow = width < 460;
  const words = (item) => `${item.name} ${say(item.value)}, ${item.percent.toFixed(1)}%`;
  return {
    ...option,
    aria: { ...option.aria, decal: { show: true } },
    tooltip: { ...option.tooltip, trigger: "item", formatter: words },
    legend: isNarrow ? { bottom: 0, textStyle: { color: INK } } : undefined,
    series: [{
      type: "pie",
      name: one.name,
      center: ["50%", isNarrow ? "42%" : "50%"],
      radius: ["40%", isNarrow ? "62%" : "70%"],
      data: spec.labels.map((name, index) => ({ name, value: one.values[index] })),
      label: isNarrow
        ? { position: "inside", color: "#fff", formatter: (item) => (item.percent < 8 ? "" : say(item.value)) }
        : { color: INK, lineHeight: 18, formatter: (item) => `${item.name}\n${say(item.value)}, ${item.percent.toFixed(1)}%` },
      itemStyle: { borderColor: "#fff", borderWidth: 2 },
    }],
  };
}

/* Degrees of longitude are shorter than those of latitude, by this much in the middle. */
function squeeze(geometry) {
  let low = 90, high = -90;
  const visit = (part) => {
    if (typeof part[0] !== "number") part.forEach(visit);
    else { low = Math.min(low, part[1]); high = Math.max(high, part[1]); }
  };
  geometry.features.forEach((feature) => visit(feature.geometry.coordinates));
  return Math.cos(((low + high) / 2) * (Math.PI / 180));
}

/* A halo keeps a name readable where it reaches over a boundary or a neighbour's shade. */
function areaLabel(shade) {
  const isDark = shade >= 4;
  return { color: isDark ? "#fff" : INK, textBorderColor: isDark ? SHADES[5] : "#fff", textBorderWidth: 2 };
}

async function map(spec) {
  const answer = await fetch(spec.geometryUrl, { credentials: "same-origin" });
  if (!answer.ok) throw new Error(`map ${answer.status}`);
  const geometry = await answer.json();
  window.echarts.registerMap(spec.key, geometry);
  const option = common(spec);
  const byCode = new Map(spec.areas.map((area) => [area.code, area]));
  return {
    ...option,
    tooltip: {
      ...option.tooltip,
      trigger: "item",
      formatter: (item) => {
        const area = byCode.get(item.name);
        return area ? `${area.name}\n${spec.series[0].name}  ${area.words}` : item.name;
      },
    },
    series: [{
      type: "map",
      name: spec.series[0].name,
      map: spec.key,
      nameProperty: "code",
      aspectScale: squeeze(geometry),
      top: 8,
      bottom: 8,
      // Where two names meet the later one goes; the tooltip and the table have it.
      labelLayout: { hideOverlap: true },
      selectedMode: false,
      cursor: "pointer",
      label: { show: spec.areas.length <= 30, color: INK, fontSize: 12,
        formatter: (item) => byCode.get(item.name)?.name ?? "" },
      itemStyle: { areaColor: SHADES[0], borderColor: "#fff", borderWidth: 1 },
      emphasis: { label: { color: INK, textBorderColor: "#fff", textBorderWidth: 2 }, itemStyle: { areaColor: "#f2a33a" } },
      data: spec.areas.map((area) => ({
        name: area.code,
        value: area.value ?? NaN,
        itemStyle: { areaColor: SHADES[area.shade] },
        label: areaLabel(area.shade),
      })),
    }],
  };
}

const DRAWERS = { bar: barOrLine, stacked: barOrLine, line: barOrLine, pie, map };

/* A click leads on; beside an axis the whole column counts, thin bars are hard to hit. */
function leadOn(chart, spec) {
  const go = (url) => { if (url) location.assign(url); };
  if (spec.kind === "map") {
    chart.on("click", (item) => go(spec.areas.find((area) => area.code === item.name)?.url));
  } else if (spec.kind === "pie") {
    chart.on("click", (item) => go(spec.urls[item.dataIndex]));
  } else if (spec.urls.length) {
    const zr = chart.getZr();
    const column = (event) => {
      const point = [event.offsetX, event.offsetY];
      return chart.containPixel("grid", point) ? chart.convertFromPixel({ gridIndex: 0 }, point)[0] : -1;
    };
    zr.on("click", (event) => go(spec.urls[column(event)]));
    zr.on("mousemove", (event) => zr.setCursorStyle(column(event) >= 0 ? "pointer" : "default"));
  }
}

async function draw(figure, spec) {
  const canvas = figure.querySelector("[data-chart-canvas]");
  canvas.hidden = false;
  const option = await DRAWERS[spec.kind](spec, canvas.clientWidth);
  figure.querySelectorAll(".chart-static").forEach((still) => { still.hidden = true; });
  const locale = spec.language === "en" ? "EN" : "ZH";
  const chart = window.echarts.init(canvas, null, { renderer: "svg", locale });
  chart.setOption(option);
  leadOn(chart, spec);
  new ResizeObserver(() => chart.resize()).observe(canvas);
  figure.dataset.chart = "drawn";
}

function start(figure) {
  const spec = JSON.parse(figure.querySelector("script[type='application/json']").textContent);
  const drawing = figure.querySelector("[data-chart-drawing]");
  const table = figure.querySelector("[data-chart-table]");
  const buttons = [...figure.querySelectorAll("[data-chart-show]")];
  const show = (which) => {
    drawing.hidden = which === "table";
    table.hidden = which !== "table";
    buttons.forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.chartShow === which)));
  };
  buttons.forEach((button) => button.addEventListener("click", () => show(button.dataset.chartShow)));
  draw(figure, spec).then(() => show("drawing")).catch(() => {
    // The drawing made on the server stays; without one the table does.
    figure.dataset.chart = "failed";
    figure.querySelector("[data-chart-canvas]").hidden = true;
    show(figure.querySelector("[data-chart-static] svg") ? "drawing" : "table");
  });
}

document.querySelectorAll("[data-chart]").forEach(start);
