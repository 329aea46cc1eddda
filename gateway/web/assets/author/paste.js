// What is pasted from Word, HWP or a web page keeps its headings, lists, bold words, links and tables, as Markdown.
import { insert } from "./format.js";

const BULLET = /^[\s\u00a0]*[•·∙●○▪■□◦‣⁃※§o-][\s\u00a0\t]+/;
const NUMBER = /^[\s\u00a0]*[(]?(\d{1,2}|[가나다라마바사아자차카타파하])[.)][\s\u00a0\t]+/;

document.addEventListener("paste", (event) => {
  const area = event.target.closest?.("[data-markdown] textarea");
  if (!area) return;
  const html = event.clipboardData.getData("text/html");
  const text = html ? fromHtml(html) : fromText(event.clipboardData.getData("text/plain"));
  if (!text) return;
  event.preventDefault();
  insert(area, text);
});

export function fromText(text) {
  return text.replace(/\r\n?/g, "\n").split("\n").map((line) => line.replace(BULLET, "- ")).join("\n");
}

export function fromHtml(html) {
  // Styles are only read here, and the page's policy would complain of each.
  const unstyled = html.replace(/<style[\s\S]*?<\/style>/gi, "").replace(/\sstyle\s*=/gi, " data-style=");
  const page = new DOMParser().parseFromString(unstyled, "text/html");
  return blocks(page.body).replace(/[ \u00a0]+\n/g, "\n").replace(/\n{3,}/g, "\n\n").trim();
}

function blocks(node) {
  let text = "";
  for (const child of node.childNodes) text += block(child);
  return text;
}

function block(node) {
  if (node.nodeType === Node.TEXT_NODE) return node.data.trim() ? escaped(node.data) : "";
  if (node.nodeType !== Node.ELEMENT_NODE || ["STYLE", "SCRIPT", "META", "TITLE", "LINK"].includes(node.tagName)) return "";
  if (/^H[1-6]$/.test(node.tagName)) return `\n\n${"#".repeat(Math.max(2, Number(node.tagName[1])))} ${inline(node).trim()}\n\n`;
  switch (node.tagName) {
    case "UL": case "OL": return `\n\n${list(node, "")}\n\n`;
    case "TABLE": return `\n\n${table(node)}\n\n`;
    case "BR": return "\n";
    case "P": case "LI": return paragraph(node);
    default: return node.querySelector("p, div, ul, ol, table, h1, h2, h3, h4, h5, h6") ? blocks(node) : isBlock(node) ? paragraph(node) : inline(node);
  }
}

const isBlock = (node) => ["DIV", "SECTION", "ARTICLE", "BLOCKQUOTE", "BODY", "DD", "DT"].includes(node.tagName);

// Word and HWP write lists as paragraphs that begin with a sign.
function paragraph(node) {
  const text = inline(node).trim();
  if (!text) return "\n";
  const plain = node.textContent;
  if (BULLET.test(plain)) return `\n- ${text.replace(BULLET, "")}`;
  if (/MsoListParagraph/.test(node.className) && NUMBER.test(plain)) return `\n1. ${text.replace(NUMBER, "")}`;
  return `\n\n${text}\n\n`;
}

function list(node, indent) {
  let number = 0;
  const lines = [];
  for (const item of node.children) {
    if (item.tagName !== "LI") {
      if (/^[UO]L$/.test(item.tagName)) lines.push(list(item, `${indent}   `));
      continue;
    }
    const own = item.cloneNode(true);
    for (const nested of own.querySelectorAll("ul, ol")) nested.remove();
    lines.push(`${indent}${node.tagName === "OL" ? `${(number += 1)}.` : "-"} ${inline(own).replace(/\s+/g, " ").trim()}`);
    for (const nested of item.querySelectorAll(":scope > ul, :scope > ol")) lines.push(list(nested, `${indent}   `));
  }
  return lines.join("\n");
}

function table(node) {
  const rows = [...node.rows].map((row) => [...row.cells].map((cell) => inline(cell).replace(/\s+/g, " ").trim().replaceAll("|", "\\|")));
  if (!rows.length) return "";
  const width = Math.max(...rows.map((row) => row.length));
  const line = (cells) => `| ${[...cells, ...Array(width - cells.length).fill("")].join(" | ")} |`;
  return [line(rows[0]), line(Array(width).fill("---")), ...rows.slice(1).map(line)].join("\n");
}

function inline(node) {
  let text = "";
  for (const child of node.childNodes) {
    if (child.nodeType === Node.TEXT_NODE) text += escaped(child.data.replace(/[\n\t ]+/g, " "));
    else if (child.nodeType === Node.ELEMENT_NODE) text += run(child);
  }
  return text;
}

function run(node) {
  if (node.tagName === "BR") return "\n";
  const text = inline(node);
  if (!text.trim()) return text;
  const weight = /font-weight:\s*(\w+)/i.exec(node.dataset.style ?? "")?.[1];
  const bold = weight ? weight === "bold" || Number(weight) >= 600 : /^(B|STRONG)$/.test(node.tagName);
  if (bold) return text.replace(/^(\s*)([\s\S]*?)(\s*)$/, "$1**$2**$3");
  if (node.tagName === "A" && /^(https?|mailto|tel):/.test(node.href)) return `[${text.trim()}](${node.href})`;
  return text;
}

// Signs that Markdown would take for its own.
const escaped = (text) => text.replace(/[\\*_`[\]<]/g, "\\$&");
