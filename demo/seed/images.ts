export interface SystemImages { signature: string; seal: string }
export function writeImages(folder: string): SystemImages { return { signature: `${folder}/chu-ky.png`, seal: `${folder}/con-dau.png` } }
