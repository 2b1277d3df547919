// Keeps what the server calls this browser, and which runs it has opened by a link, in two cookies.
const SECONDS = 180 * 24 * 3600
const read = (name) => (document.cookie.split("; ").find((pair) => pair.startsWith(name + "=")) || "=").split("=")[1]

export default function ({ data }) {
  for (const { name, words, length, most, keptFirst } of data.cookies) {
    const kept = read(name).split(".") // another tab may have written it a moment ago
    const all = keptFirst ? [...kept, ...words] : [...words, ...kept]
    const value = [...new Set(all)].filter((word) => word.length === length).slice(0, most).join(".")
    const secure = location.protocol === "https:" ? "; Secure" : ""
    document.cookie = `${name}=${value}; Path=/; Max-Age=${SECONDS}; SameSite=Lax${secure}`
  }
}
