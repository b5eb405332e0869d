import { phrase, text } from '../message.ts';

/** The smoke test: hello-world. */
export const smokeMessages = {
  didNotRun: phrase(
    (p: { image: string; why: string }) => `hello-world from "${p.image}" did not run: ${p.why}`,
    (p) => `"${p.image}"的 hello-world 未能运行：${p.why}`,
  ),
  wrongEnd: phrase(
    (p: { image: string; status: number; output: string }) =>
      `hello-world from "${p.image}" ended with status ${p.status} and wrote "${p.output}"; wanted 0 and a greeting`,
    (p) =>
      `"${p.image}"的 hello-world 以退出码 ${p.status} 结束，输出为"${p.output}"；应为 0 和问候语`,
  ),
  seeLog: text('See "berth daemon logs".', '请查看 "berth daemon logs"。'),
};
